"""The editor of email templates: kinds, messages, preview, reset."""

from __future__ import annotations

import hashlib
from collections import Counter
from types import SimpleNamespace
from typing import NamedTuple

from flask import current_app, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core import i18n
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.account_names import map_account_names
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.mail import queries, rendering, template_messages, wording, wording_rules
from volunteer_hub.mail.forms import WordingForm
from volunteer_hub.mail.labels import kind_label
from volunteer_hub.mail.service import Recipient, queue_preview
from volunteer_hub.mail.views.base import bp
from volunteer_hub.mail.wording_rules import CLOSE_MARK, OPEN_MARK, TemplateMessage


class Preview(NamedTuple):
    """An email with example values, as HTML for our own pages."""

    subject: Markup
    body: Markup


@bp.get("/wording/")
@allow(Role.COORDINATOR, Role.ADMIN)
def templates() -> Reply:
    """List the kinds of emails with the number of changed messages."""
    changed = Counter(row.kind for row in queries.list_wording(i18n.locale()))
    kinds = [(kind, kind_label(kind), _subject(kind), changed[kind]) for kind in template_messages.list_kinds()]
    dropped = [
        (kind, kind_label(kind), "", number)
        for kind, number in changed.items()
        if kind not in template_messages.list_kinds()
    ]
    return page("mail/wording.html", kinds=kinds + dropped)


def _subject(kind: str) -> str:
    return next((message.msgid for message in template_messages.list_messages(kind) if message.in_subject), "")


@bp.get("/wording/<mail_kind>")
@allow(Role.COORDINATOR, Role.ADMIN)
def template(mail_kind: str) -> Reply:
    """Show one kind: the preview, then every message."""
    messages, own = template_messages.list_messages(mail_kind), queries.wording_by_msgid(mail_kind, i18n.locale())
    if not messages and not own:
        raise NotFound(_("There is no such kind of e-mail."), code="mail_kind_not_found")
    used = {message.msgid for message in messages}
    history = audit_queries.list_history(wording.audit_subject(mail_kind))
    return page(
        "mail/wording_kind.html",
        mail_kind=mail_kind,
        title=kind_label(mail_kind),
        messages=[(number, message, own.get(message.msgid)) for number, message in enumerate(messages, 1)],
        unused=[(msgid, text) for msgid, text in own.items() if msgid not in used],
        has_own=bool(own),
        previews=_previews(mail_kind) if messages else [],
        history=history,
        names=map_account_names(entry.actor_id for entry in history),
    )


def _recipient() -> Recipient:
    person = viewer()
    return Recipient(person.name, person.email, person.account_id, person.time_zone, i18n.locale())


def _previews(kind: str, changed: dict[str, str] | None = None) -> list[Preview]:
    """Return the preview, and a second one for the other branch where its templates depend on values."""
    pairs = [
        wording.preview(kind, to=_recipient(), locale=i18n.locale(), changed=changed, usual=usual)
        for usual in (True, False)
    ]
    return [_as_html(*pair) for pair in dict.fromkeys(pairs)]


def _as_html(subject: str, text: str) -> Preview:
    body = rendering.text_to_blocks(text, ours=current_app.config["BASE_URL"], link=rendering.PLAIN_LINK)
    return Preview(_with_marks(escape(subject)), _with_marks(body))


def _with_marks(safe: Markup) -> Markup:
    """Turn the marks in escaped HTML into tags."""
    return safe.replace(OPEN_MARK, Markup("<mark>")).replace(CLOSE_MARK, Markup("</mark>"))


@bp.route("/wording/<mail_kind>/<id:number>", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def edit_wording(mail_kind: str, number: int) -> Reply:
    """Change one message: preview the whole email, then save. On an edit conflict both versions are shown."""
    message = wording.get_message(mail_kind, number)
    row = _form_row(mail_kind, message)
    form, conflicts, previews = WordingForm.bind(row), [], []
    if form.validate_on_submit():
        with form.catch_domain_errors():
            text = wording_rules.check_wording(message, form.text.data)
            conflicts = form.differences(row)
            if not conflicts and "preview" not in request.form:
                wording.change(mail_kind, message, text, locale=i18n.locale(), actor=viewer(), now=now())
                return finish(
                    url_for("mail.template", mail_kind=mail_kind), _("The words are saved. The next e-mail has them.")
                )
            previews = _previews(mail_kind, {message.msgid: text})
    return page(
        "mail/wording_edit.html",
        form=form,
        conflicts=conflicts,
        message=message,
        placeholders=[f"%({name})s" for name in message.placeholders],
        title=kind_label(mail_kind),
        mail_kind=mail_kind,
        previews=previews,
        status=409 if conflicts else 200,
    )


def _form_row(kind: str, message: TemplateMessage) -> SimpleNamespace:
    """Return the row that the form is filled from; its version is a digest of the current text."""
    own = queries.wording_by_msgid(kind, i18n.locale()).get(message.msgid)
    digest = hashlib.sha256(f"{message.msgid}\n{own}".encode()).hexdigest()[:16]
    return SimpleNamespace(text=own or message.msgid, version=digest)


@bp.post("/wording/<mail_kind>/reset")
@allow(Role.COORDINATOR, Role.ADMIN)
def reset_wording(mail_kind: str) -> Reply:
    """Restore the original of one message, or delete a text that no email uses any more."""
    msgid = request.form.get("msgid", "").replace("\r\n", "\n").replace("\x00", "")
    if not wording.reset(mail_kind, msgid, locale=i18n.locale(), actor=viewer(), now=now()):
        raise DomainError(_("This sentence has its original words already."), code="wording_already_original")
    return finish(_after_reset(mail_kind), _("The original words are back."))


@bp.route("/wording/<mail_kind>/reset-all", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def reset_all_wording(mail_kind: str) -> Reply:
    """Confirm, then restore the original of every message of a kind."""
    if not template_messages.list_messages(mail_kind) and not queries.wording_by_msgid(mail_kind, i18n.locale()):
        raise NotFound(_("There is no such kind of e-mail."), code="mail_kind_not_found")
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            wording.reset_all(mail_kind, locale=i18n.locale(), actor=viewer(), now=now())
            return finish(_after_reset(mail_kind), _("All sentences have their original words again."))
    return page("mail/wording_reset.html", form=form, mail_kind=mail_kind, title=kind_label(mail_kind))


def _after_reset(kind: str) -> str:
    """Return the kind's page, or the list if a release has dropped the kind."""
    return (
        url_for("mail.template", mail_kind=kind) if template_messages.list_messages(kind) else url_for("mail.templates")
    )


@bp.post("/wording/<mail_kind>/test")
@allow(Role.COORDINATOR, Role.ADMIN)
def send_preview(mail_kind: str) -> Reply:
    """Send the preview to the viewer."""
    to = _recipient()
    subject, text = (
        part.replace(OPEN_MARK, "").replace(CLOSE_MARK, "")
        for part in wording.preview(mail_kind, to=to, locale=i18n.locale())
    )
    queue_preview(mail_kind, to, _("Test: %(subject)s", subject=subject), text, now=now())
    return finish(
        url_for("mail.template", mail_kind=mail_kind), _("A test is on its way to %(email)s.", email=to.email)
    )
