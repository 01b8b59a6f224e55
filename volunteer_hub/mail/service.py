"""Queueing emails: the only way into the outbox."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from flask import current_app, render_template
from sqlalchemy.exc import IntegrityError

from volunteer_hub.core import i18n, plain_text, template_filters
from volunteer_hub.core.db import Model, db
from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.mail import rendering, wording
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState


@dataclass(frozen=True)
class Recipient:
    """The recipient of an email. `account_id` is None for a person without an account.

    `is_closed` marks a closed account, to which no email is queued.
    """

    name: str
    email: str
    account_id: int | None = None
    time_zone: str = "UTC"
    locale: str = "en"
    is_closed: bool = False


class MailSubject(Protocol):
    """The row that an email is about, or a stand-in with a table name and a number."""

    @property
    def __tablename__(self) -> str:
        """The table name."""

    @property
    def id(self) -> int:
        """The id of the row."""


def link(path: str) -> str:
    """Return the absolute URL of `path`, based on BASE_URL and never on a request's Host header."""
    return f"{current_app.config['BASE_URL']}{path}"


def build_path(endpoint: str, **values: Any) -> str:
    """Return the path of a page. Unlike Flask's `url_for` this works in jobs and commands, too."""
    return str(current_app.url_map.bind("localhost").build(endpoint, values))


def queue(
    kind: str,
    to: Recipient,
    about: Model | MailSubject,
    *,
    now: dt.datetime,
    due_at: dt.datetime | None = None,
    not_before: dt.datetime | None = None,
    sensitive: bool = False,
    headers: dict[str, str] | None = None,
    calendar: str | None = None,
    **context: Any,
) -> OutboxMail | None:
    """Queue one email in the caller's transaction.

    `kind` is the folder under templates/emails, `about` the row that the email is about. `not_before` delays it, such as
    for quiet hours. A `sensitive` email (with a secret link) loses its text once sent. `headers` and `calendar` (iCalendar
    text with its METHOD) become part of the message. Returns None for a closed account or a duplicate.
    """
    db.session.flush()
    key = {
        "recipient_email": to.email,
        "kind": kind,
        "subject_type": subject_type(about),
        "subject_id": about.id,  # type: ignore[union-attr]
        "due_at": due_at or now,
    }
    if to.is_closed or _exists(key):
        return None
    mail = _mail(key, to, *_render(kind, to, context), now=now)
    mail.sensitive, mail.not_before, mail.headers, mail.calendar = sensitive, not_before, headers, calendar
    return mail if _insert(mail, key) else None


def queue_preview(kind: str, to: Recipient, subject: str, text: str, *, now: dt.datetime) -> OutboxMail | None:
    """Queue a preview of a kind of email to the user who asked for it. Returns None for a duplicate."""
    about: Any = wording.audit_subject(kind)
    key = {
        "recipient_email": to.email,
        "kind": kind,
        "subject_type": subject_type(about),
        "subject_id": about.id,
        "due_at": now,
    }
    if _exists(key):
        return None
    mail = _mail(key, to, plain_text.sanitise_header(subject), text, now=now)
    return mail if _insert(mail, key) else None


def _mail(key: dict[str, Any], to: Recipient, subject: str, text: str, *, now: dt.datetime) -> OutboxMail:
    return OutboxMail(
        **key,
        recipient_account_id=to.account_id,
        recipient_name=plain_text.sanitise_header(to.name),
        subject=subject,
        text=text,
        html=rendering.text_to_html(text, title=subject, ours=current_app.config["BASE_URL"]),
        state=MailState.QUEUED,
        created_at=now,
        message_id=_new_message_id(),
    )


def _render(kind: str, to: Recipient, context: dict[str, Any]) -> tuple[str, str]:
    """Return subject and text in the recipient's locale and time zone, with the programme's own texts."""
    with i18n.use_locale(to.locale):
        context |= {"to": to, "link": link, "at": _moment_formatter(to), "url_for": build_path}
        context["service_name"] = current_app.config["SERVICE_NAME"]
        context |= wording.gettext_overrides(kind, to.locale)
        subject = plain_text.sanitise_header(render_template(f"emails/{kind}/subject.txt", **context))
        return subject, render_template(f"emails/{kind}/body.txt", **context).strip() + "\n"


def _new_message_id() -> str:
    """Return a random Message-ID: delivery reports are trusted by it, so it must not be predictable."""
    return f"<{secrets.token_hex(16)}@{current_app.config['MAIL_FROM'].rsplit('@', 1)[-1]}>"


def _insert(mail: OutboxMail, key: dict[str, Any]) -> bool:
    """Insert the email in a savepoint. Returns False if a concurrent transaction has queued it; the caller goes on."""
    try:
        with db.session.begin_nested():
            db.session.add(mail)
    except IntegrityError:
        if not _exists(key):
            raise
        return False
    return True


def _moment_formatter(to: Recipient) -> Any:
    def at(value: dt.datetime) -> str:
        return template_filters.moment(value, to.time_zone)

    return at


def _exists(key: dict[str, Any]) -> bool:
    return db.session.execute(sa.select(OutboxMail.id).filter_by(**key)).first() is not None
