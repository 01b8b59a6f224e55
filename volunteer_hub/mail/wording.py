"""Changing email templates: one message at a time, reset to the original, preview."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext

from volunteer_hub.audit import service as audit
from volunteer_hub.audit.rules import Subject
from volunteer_hub.core import i18n
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.mail import queries, template_messages, wording_rules
from volunteer_hub.mail.models import EmailWording
from volunteer_hub.mail.wording_rules import TemplateMessage


def audit_subject(kind: str) -> Subject:
    """Return the audit subject of a kind of email."""
    return Subject.from_code(EmailWording.__tablename__, kind)


def get_message(kind: str, number: int) -> TemplateMessage:
    """Return the message with that number, counted from 1. Raises NotFound."""
    messages = template_messages.list_messages(kind)
    if not 0 < number <= len(messages):
        raise NotFound(_("There is no such sentence."), code="mail_sentence_not_found")
    return messages[number - 1]


def change(kind: str, message: TemplateMessage, text: str, *, locale: str, actor: Viewer, now: dt.datetime) -> None:
    """Replace a message by the programme's own text, and audit it. Raises DomainError for a text that breaks the email."""
    wording = wording_rules.check_wording(message, text)
    if wording == message.msgid:
        reset(kind, message.msgid, locale=locale, actor=actor, now=now)
        return
    row = queries.find_wording(kind, locale, message.msgid)
    before = row.text if row else message.msgid
    if before == wording:
        return
    if row is None:
        row = EmailWording(kind=kind, locale=locale, msgid=message.msgid)
        db.session.add(row)
    row.text, row.changed_at, row.changed_by_id = wording, now, actor.account_id
    _record(kind, before, wording, locale=locale, actor=actor, now=now)


def reset(kind: str, msgid: str, *, locale: str, actor: Viewer, now: dt.datetime) -> bool:
    """Restore the original of one message, even one that no template uses any more. Returns whether it was changed."""
    row = queries.find_wording(kind, locale, msgid)
    if row is None:
        return False
    db.session.delete(row)
    _record(kind, row.text, msgid, locale=locale, actor=actor, now=now)
    return True


def reset_all(kind: str, *, locale: str, actor: Viewer, now: dt.datetime) -> int:
    """Restore the original of every message of a kind. Returns the number restored."""
    rows = queries.list_wording(locale, kind)
    return sum(reset(kind, row.msgid, locale=locale, actor=actor, now=now) for row in rows)


def _record(kind: str, before: str, after: str, *, locale: str, actor: Viewer, now: dt.datetime) -> None:
    note = f"“{before}” → “{after}”"
    audit.record("mail.wording_changed", audit_subject(kind), actor=actor, now=now, note=note, kind=kind, locale=locale)


def gettext_overrides(kind: str, locale: str) -> dict[str, Callable[..., str]]:
    """Return gettext functions for a kind's templates that prefer the programme's own texts; empty if it has none."""
    own = queries.wording_by_msgid(kind, locale)
    return _functions(own) if own else {}


def _functions(own: dict[str, str]) -> dict[str, Callable[..., str]]:
    @pass_eval_context
    def gettext(context: EvalContext, message: str, **values: Any) -> str:
        return own[message] % values if message in own else i18n.gettext(context, message, **values)

    @pass_eval_context
    def ngettext(context: EvalContext, singular: str, plural: str, number: int, **values: Any) -> str:
        message = singular if number == 1 else plural
        if message in own:
            return own[message] % {"num": number, **values}
        return i18n.ngettext(context, singular, plural, number, **values)

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


def preview(
    kind: str, *, to: Any, locale: str, changed: dict[str, str] | None = None, usual: bool = True
) -> tuple[str, str]:
    """Return subject and text with example values, the programme's own texts marked. Raises NotFound.

    `changed` are unsaved texts by message; `usual` is the truth value of the example values.
    """
    if kind not in template_messages.list_kinds():
        raise NotFound(_("There is no such kind of e-mail."), code="mail_kind_not_found")
    own = queries.wording_by_msgid(kind, locale) | (changed or {})
    base = current_app.config["BASE_URL"]
    return template_messages.render_preview(kind, own, to=to, link=lambda path: f"{base}{path}", usual=usual)
