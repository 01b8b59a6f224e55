"""The one door into the outbox."""

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
from volunteer_hub.mail import rules, wording
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState


@dataclass(frozen=True)
class Recipient:
    """Whom an e-mail is for; `account_id` is None for a person without an account.

    `ended` is somebody whose account is closed: no e-mail is written to them.
    """

    name: str
    email: str
    account_id: int | None = None
    time_zone: str = "UTC"
    locale: str = "en"
    is_closed: bool = False


class MailSubject(Protocol):
    """Any row with a number, or what stands for one."""

    @property
    def __tablename__(self) -> str:
        """The table."""

    @property
    def id(self) -> int:
        """Its number."""


def link(path: str) -> str:
    """`path` on the service's own, fixed address: never on the Host header of a request."""
    return f"{current_app.config['BASE_URL']}{path}"


def build_path(endpoint: str, **values: Any) -> str:
    """The path of a page. Flask's own `url_for` works in requests only; jobs and commands write e-mails too."""
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
    """Put one email into the outbox, in the caller's transaction.

    `kind` names the folder under templates/emails; `about` is the row it is about; `not_before` holds it back, such as
    for quiet hours. `sensitive` ones (with a secret link) lose their text once sent. `headers` and `calendar` (iCalendar
    text with its METHOD) go into the message. Returns None for a closed account or an email that is there already.
    """
    db.session.flush()
    key = {
        "recipient_email": to.email,
        "kind": kind,
        "subject_type": subject_type(about),
        "subject_id": about.id,  # type: ignore[union-attr]
        "due_at": due_at or now,
    }
    if to.is_closed or _is_there(key):
        return None
    mail = _mail(key, to, *_written(kind, to, context), now=now)
    mail.sensitive, mail.not_before, mail.headers, mail.calendar = sensitive, not_before, headers, calendar
    return mail if _put_in(mail, key) else None


def queue_preview(kind: str, to: Recipient, subject: str, text: str, *, now: dt.datetime) -> OutboxMail | None:
    """Put a preview of a kind of e-mail into the outbox, to whoever asked for it."""
    about: Any = wording.audit_subject(kind)
    key = {
        "recipient_email": to.email,
        "kind": kind,
        "subject_type": subject_type(about),
        "subject_id": about.id,
        "due_at": now,
    }
    if _is_there(key):
        return None
    mail = _mail(key, to, plain_text.sanitise_header(subject), text, now=now)
    return mail if _put_in(mail, key) else None


def _mail(key: dict[str, Any], to: Recipient, subject: str, text: str, *, now: dt.datetime) -> OutboxMail:
    return OutboxMail(
        **key,
        recipient_account_id=to.account_id,
        recipient_name=plain_text.sanitise_header(to.name),
        subject=subject,
        text=text,
        html=rules.text_to_html(text, title=subject, ours=current_app.config["BASE_URL"]),
        state=MailState.QUEUED,
        created_at=now,
        message_id=_new_message_id(),
    )


def _written(kind: str, to: Recipient, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and text, in the recipient's language, on their clock and in the programme's own words."""
    with i18n.use_locale(to.locale):
        context |= {"to": to, "link": link, "at": _on_clock_of(to), "url_for": build_path}
        context["service_name"] = current_app.config["SERVICE_NAME"]
        context |= wording.gettext_overrides(kind, to.locale)
        subject = plain_text.sanitise_header(render_template(f"emails/{kind}/subject.txt", **context))
        return subject, render_template(f"emails/{kind}/body.txt", **context).strip() + "\n"


def _new_message_id() -> str:
    """Random, because a delivery report is believed for its Message-ID: nobody may work out the one of another person's email."""
    return f"<{secrets.token_hex(16)}@{current_app.config['MAIL_FROM'].rsplit('@', 1)[-1]}>"


def _put_in(mail: OutboxMail, key: dict[str, Any]) -> bool:
    """Whether it is ours: a rival may have queued it since we looked. The caller's transaction goes on either way."""
    try:
        with db.session.begin_nested():
            db.session.add(mail)
    except IntegrityError:
        if not _is_there(key):
            raise
        return False
    return True


def _on_clock_of(to: Recipient) -> Any:
    def at(value: dt.datetime) -> str:
        return template_filters.moment(value, to.time_zone)

    return at


def _is_there(key: dict[str, Any]) -> bool:
    return db.session.execute(sa.select(OutboxMail.id).filter_by(**key)).first() is not None
