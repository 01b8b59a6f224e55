"""A double click is one act: the second post of one shown form gets the first one's answer.

trust.md I7. The row is inserted in the transaction of the act itself, so a rival post either waits
and then finds it, or is refused by the unique key and reads the answer of the first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

import sqlalchemy as sa
from flask import current_app, request
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage

from volunteer_hub.core.db import Model, db
from volunteer_hub.core.errors import Conflict

NOT_CONTENT = frozenset({"csrf_token", "form_key", "password", "old", "app_code", "identity"})
"""What says nothing about the act, and what must not be kept even as a hash."""
BUTTONS = ("code", "then")
"""What several buttons of one form are called: one shown form, several acts. `code` in a list of words (macros/pickers.html),
`then` where a button says which page comes next."""


class FormSubmission(Model):
    """One accepted post of one shown form, and where it sent the person."""

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
    """The key of the form posted, or empty. Where a form has several buttons, each of them is an act."""
    key, *buttons = (request.form.get(name, "").replace("\x00", "")[:64] for name in ("form_key", *BUTTONS))
    return " ".join(filter(None, [key, *buttons])) if key else ""


def path_for_storage() -> str:
    """The path as it is kept: of the secret that some links carry, no more than a part of its hash."""
    token = (request.view_args or {}).get("token")
    if not token:
        return request.path
    secret = str(current_app.secret_key).encode()
    cut = hmac.new(secret, str(token).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]
    return request.path.replace(str(token), cut)


def _body_hash() -> str:
    parts = [f"{k}={v}" for k, v in request.form.items(multi=True) if k not in NOT_CONTENT]
    parts += [f"{k}={file.filename}={_file_hash(file)}" for k, file in request.files.items(multi=True)]
    content = "\x1e".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(str(current_app.secret_key).encode(), content, hashlib.sha256).hexdigest()


def _file_hash(file: FileStorage) -> str:
    """The hash of a posted file, whoever has read it before; it can be read again."""
    file.stream.seek(0)
    digest = hashlib.sha256(file.stream.read()).hexdigest()
    file.stream.seek(0)
    return digest


def acquire_submission_lock(owner: str) -> None:
    """Let a rival post of the same shown form end first, so that its answer can be found.

    On SQLite the transaction of this post has waited already: it began IMMEDIATE.
    """
    key = submission_key()
    if key and db.engine.dialect.name == "postgresql":
        place = sa.func.hashtextextended(f"{owner} {path_for_storage()} {key}", 0)
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(place)))


def find_previous_response(owner: str) -> FormSubmission | None:
    """What this very post was answered before, if it was.

    Raises Conflict when the same shown form comes back with other content.
    """
    key = submission_key()
    if not key:
        return None
    found = db.session.scalars(
        sa.select(FormSubmission).where(
            FormSubmission.owner == owner, FormSubmission.path == path_for_storage(), FormSubmission.form_key == key
        )
    ).one_or_none()
    if found and found.body_hash != _body_hash():
        raise Conflict("This page was already sent with other answers. Open it again and check what was saved.")
    return found


def store_response(owner: str, location: str, message: str, *, now: dt.datetime) -> None:
    """Keep the answer of this post, in the act's own transaction."""
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
    """Delete answers older than a week. Gives the number deleted."""
    old = sa.delete(FormSubmission).where(FormSubmission.created_at < now - dt.timedelta(days=7))
    return int(db.session.execute(old).rowcount)  # type: ignore[attr-defined]
