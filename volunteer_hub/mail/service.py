"""The one door into the outbox."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, render_template

from volunteer_hub.core import i18n, pages, words
from volunteer_hub.core.db import Model, db
from volunteer_hub.mail import rules
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState


@dataclass(frozen=True)
class Recipient:
    """Whom an e-mail is for; `account_id` is None for a person without an account."""

    name: str
    email: str
    account_id: int | None = None
    time_zone: str = "UTC"
    locale: str = "en"


def link(path: str) -> str:
    """`path` on the service's own, fixed address: never on the Host header of a request."""
    return f"{current_app.config['BASE_URL']}{path}"


def path_to(endpoint: str, **values: Any) -> str:
    """The path of a page. Flask's own `url_for` works in requests only; jobs and commands write e-mails too."""
    return str(current_app.url_map.bind("localhost").build(endpoint, values))


def queue(
    kind: str,
    to: Recipient,
    about: Model,
    *,
    now: dt.datetime,
    due_at: dt.datetime | None = None,
    sensitive: bool = False,
    **context: Any,
) -> OutboxMail | None:
    """Put one e-mail into the outbox, in the caller's transaction.

    `kind` names the folder under templates/emails; `about` is the row it is about. `sensitive`
    mails (with a secret link) lose their text once sent. Gives None when this very mail is there.
    """
    db.session.flush()
    due, row_id = due_at or now, about.id  # type: ignore[attr-defined]
    key = (to.email, kind, about.__tablename__, row_id, due)
    if _is_there(*key):
        return None
    with i18n.speaking(to.locale):
        at = _on_clock_of(to)
        context |= {"to": to, "link": link, "at": at, "url_for": path_to}
        context["service_name"] = current_app.config["SERVICE_NAME"]
        subject = words.header_safe(render_template(f"emails/{kind}/subject.txt", **context))
        text = render_template(f"emails/{kind}/body.txt", **context).strip() + "\n"
    digest = hashlib.sha256("|".join(map(str, key)).encode()).hexdigest()[:32]
    mail = OutboxMail(
        kind=kind,
        subject_type=about.__tablename__,
        subject_id=row_id,
        recipient_account_id=to.account_id,
        recipient_name=words.header_safe(to.name),
        recipient_email=to.email,
        subject=subject,
        text=text,
        html=rules.html_of(text, title=subject, ours=current_app.config["BASE_URL"]),
        sensitive=sensitive,
        state=MailState.QUEUED,
        created_at=now,
        due_at=due,
        message_id=f"<{digest}@{current_app.config['MAIL_FROM'].rsplit('@', 1)[-1]}>",
    )
    db.session.add(mail)
    return mail


def _on_clock_of(to: Recipient) -> Any:
    def at(value: dt.datetime) -> str:
        return pages.moment(value, to.time_zone)

    return at


def _is_there(email: str, kind: str, subject_type: str, subject_id: int, due_at: dt.datetime) -> bool:
    found = sa.select(OutboxMail.id).where(
        OutboxMail.recipient_email == email,
        OutboxMail.kind == kind,
        OutboxMail.subject_type == subject_type,
        OutboxMail.subject_id == subject_id,
        OutboxMail.due_at == due_at,
    )
    return db.session.execute(found).first() is not None
