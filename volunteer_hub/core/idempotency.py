"""Idempotent form posts: a repeated post of one rendered form gets the response of the first (docs/invariants.md, I7).

The row is inserted in the transaction of the action itself. A concurrent duplicate either waits and finds it, or
violates the unique key and reads the first response.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

import sqlalchemy as sa
from flask import current_app, request
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage

from volunteer_hub.core.db import Model, db
from volunteer_hub.core.errors import Conflict

EXCLUDED_FIELDS = frozenset({"csrf_token", "form_key", "password", "old", "app_code", "identity"})
"""Fields left out of the body hash: they do not describe the action, or must not be stored even as a hash."""
BUTTON_FIELDS = ("code", "then")
"""Names of submit buttons where one form has several, each of them an action of its own: `code` in pick-lists
(macros/pickers.html), `then` where the button chooses the next page."""


class FormSubmission(Model):
    """One accepted post of one rendered form, and the redirect that answered it."""

    __tablename__ = "form_submission"
    __table_args__ = (sa.UniqueConstraint("owner", "path", "form_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    path: Mapped[str]
    form_key: Mapped[str]
    body_hash: Mapped[str]
    location: Mapped[str]
    message: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(index=True)


def submission_key() -> str:
    """Return the idempotency key of this post, which includes the pressed button; empty if it has none."""
    key, *buttons = (request.form.get(name, "").replace("\x00", "")[:64] for name in ("form_key", *BUTTON_FIELDS))
    return " ".join(filter(None, [key, *buttons])) if key else ""


def path_for_storage() -> str:
    """Return the request's path for storage; the secret of a link is replaced by a part of its keyed hash."""
    token = (request.view_args or {}).get("token")
    if not token:
        return request.path
    secret = str(current_app.secret_key).encode()
    masked = hmac.new(secret, str(token).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]
    return request.path.replace(str(token), masked)


def _body_hash() -> str:
    parts = [f"{k}={v}" for k, v in request.form.items(multi=True) if k not in EXCLUDED_FIELDS]
    parts += [f"{k}={file.filename}={_file_hash(file)}" for k, file in request.files.items(multi=True)]
    content = "\x1e".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(str(current_app.secret_key).encode(), content, hashlib.sha256).hexdigest()


def _file_hash(file: FileStorage) -> str:
    """Return the hash of a posted file and rewind it, so that the view can read it."""
    file.stream.seek(0)
    digest = hashlib.sha256(file.stream.read()).hexdigest()
    file.stream.seek(0)
    return digest


def acquire_submission_lock(owner: str) -> None:
    """Wait until a concurrent post of the same rendered form has ended, so that its response can be found.

    Takes a transaction-level advisory lock on PostgreSQL. On SQLite the transaction has waited already, because it
    began IMMEDIATE.
    """
    key = submission_key()
    if key and db.engine.dialect.name == "postgresql":
        lock_key = sa.func.hashtextextended(f"{owner} {path_for_storage()} {key}", 0)
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(lock_key)))


def find_previous_response(owner: str) -> FormSubmission | None:
    """Return the stored response to an identical earlier post of this rendered form, if there is one.

    Raises Conflict when the same rendered form was posted before with other content.
    """
    key = submission_key()
    if not key:
        return None
    previous = db.session.scalars(
        sa.select(FormSubmission).where(
            FormSubmission.owner == owner, FormSubmission.path == path_for_storage(), FormSubmission.form_key == key
        )
    ).one_or_none()
    if previous and previous.body_hash != _body_hash():
        raise Conflict(
            _("This page was already sent with other answers. Open it again and check what was saved."),
            code="page_already_sent",
        )
    return previous


def store_response(owner: str, location: str, message: str, *, now: dt.datetime) -> None:
    """Store the response to this post in the transaction of its action. Does nothing without an idempotency key."""
    key = submission_key()
    if key:
        db.session.add(
            FormSubmission(
                owner=owner,
                path=path_for_storage(),
                form_key=key,
                body_hash=_body_hash(),
                location=location,
                message=message,
                created_at=now,
            )
        )


def purge_expired(*, now: dt.datetime) -> int:
    """Delete responses older than a week. Returns the number deleted."""
    expired = sa.delete(FormSubmission).where(FormSubmission.created_at < now - dt.timedelta(days=7))
    return int(db.session.execute(expired).rowcount)  # type: ignore[attr-defined]
