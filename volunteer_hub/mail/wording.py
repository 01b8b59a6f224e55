"""Changing the words of e-mails: one sentence at a time, back to the original, a test to oneself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import current_app
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
    """A kind of e-mail as the audit trail names the subject of its history."""
    return Subject.from_code(EmailWording.__tablename__, kind)


def get_message(kind: str, number: int) -> TemplateMessage:
    """The sentence of that number, from 1. Raises NotFound."""
    found = template_messages.list_messages(kind)
    if not 0 < number <= len(found):
        raise NotFound("There is no such sentence.")
    return found[number - 1]


def change(kind: str, sentence: TemplateMessage, text: str, *, locale: str, actor: Viewer, now: dt.datetime) -> None:
    """Put the programme's own words in place of a sentence. Raises DomainError for words that would break it."""
    kept = wording_rules.check_wording(sentence, text)
    if kept == sentence.msgid:
        reset(kind, sentence.msgid, locale=locale, actor=actor, now=now)
        return
    row = queries.find_wording(kind, locale, sentence.msgid)
    before = row.text if row else sentence.msgid
    if before == kept:
        return
    if row is None:
        row = EmailWording(kind=kind, locale=locale, msgid=sentence.msgid)
        db.session.add(row)
    row.text, row.changed_at, row.changed_by_id = kept, now, actor.account_id
    _note(kind, before, kept, locale=locale, actor=actor, now=now)


def reset(kind: str, msgid: str, *, locale: str, actor: Viewer, now: dt.datetime) -> bool:
    """Go back to the original of one sentence, used today or not. Gives whether there was anything to undo."""
    row = queries.find_wording(kind, locale, msgid)
    if row is None:
        return False
    db.session.delete(row)
    _note(kind, row.text, msgid, locale=locale, actor=actor, now=now)
    return True


def reset_all(kind: str, *, locale: str, actor: Viewer, now: dt.datetime) -> int:
    """Go back to the original of every sentence of a kind. Gives how many."""
    rows = queries.list_wording(locale, kind)
    return sum(reset(kind, row.msgid, locale=locale, actor=actor, now=now) for row in rows)


def _note(kind: str, before: str, after: str, *, locale: str, actor: Viewer, now: dt.datetime) -> None:
    words = f"“{before}” → “{after}”"
    audit.record(
        "mail.wording_changed", audit_subject(kind), actor=actor, now=now, note=words, kind=kind, locale=locale
    )


def gettext_overrides(kind: str, locale: str) -> dict[str, Callable[..., str]]:
    """`_` and `ngettext` of a kind's templates, which prefer the programme's own words; one query."""
    own = queries.wording_by_msgid(kind, locale)
    return _functions(own) if own else {}


def _functions(own: dict[str, str]) -> dict[str, Callable[..., str]]:
    @pass_eval_context
    def gettext(context: EvalContext, message: str, **values: Any) -> str:
        return own[message] % values if message in own else i18n.gettext(context, message, **values)

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, number: int, **values: Any) -> str:
        message = one if number == 1 else many
        if message in own:
            return own[message] % {"num": number, **values}
        return i18n.ngettext(context, one, many, number, **values)

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


def preview(
    kind: str, *, to: Any, locale: str, changed: dict[str, str] | None = None, usual: bool = True
) -> tuple[str, str]:
    """Subject and text with samples, in the words that stand, or with `changed` ones; own words are marked."""
    if kind not in template_messages.list_kinds():
        raise NotFound("There is no such kind of e-mail.")
    own = queries.wording_by_msgid(kind, locale) | (changed or {})
    base = current_app.config["BASE_URL"]
    return template_messages.render_preview(kind, own, to=to, link=lambda path: f"{base}{path}", usual=usual)
