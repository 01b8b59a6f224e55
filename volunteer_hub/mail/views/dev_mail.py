"""/dev/mail: the messages of the development mail server. Registered in development and tests only."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from flask import Blueprint, Response, current_app
from flask_babel import gettext as _
from markupsafe import Markup, escape

from volunteer_hub.core.access import public
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.http import page
from volunteer_hub.mail import catcher

bp = Blueprint("dev_mail", __name__)
MAX_LISTED = 100
URL = re.compile(r"(https?://[^\s<>\"]+)")
# The HTML of a message is untrusted: no scripts, no external resources, no access to our cookies.
HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True)
class DevMessage:
    """One stored message as the pages show it."""

    name: str
    at: dt.datetime
    recipient: str
    subject: str
    text: Markup
    html: str


def _folder() -> Path:
    return catcher.message_folder(current_app.config["INSTANCE_PATH"])


def _read(name: str) -> DevMessage:
    path = catcher.find_path(_folder(), name)
    if path is None:
        raise NotFound(_("There is no such e-mail."), code="mail_not_found")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    at = dt.datetime.fromtimestamp(int(name.split("-")[0]) / 1e9, dt.UTC)
    to, subject = str(message.get("To", "")), str(message.get("Subject", "")).strip()
    return DevMessage(name, at, to, subject, _with_links(_part(message, "plain")), _part(message, "html"))


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""


def _with_links(text: str) -> Markup:
    """Return escaped text with line breaks and clickable URLs."""
    pieces = URL.split(text.replace("\r\n", "\n").strip())
    return Markup("").join(
        Markup('<a href="{0}">{0}</a>').format(piece)
        if number % 2
        else Markup("<br>").join(escape(line) for line in piece.split("\n"))
        for number, piece in enumerate(pieces)
    )


@bp.get("/dev/mail/", strict_slashes=False)
@public
def index() -> tuple[str, int]:
    """List the newest messages."""
    messages = [_read(name) for name in catcher.list_names(_folder())[:MAX_LISTED]]
    return page("mail/dev_messages.html", messages=messages)


@bp.get("/dev/mail/<name>")
@public
def show(name: str) -> tuple[str, int]:
    """Show one message as text."""
    return page("mail/dev_message.html", mail=_read(name))


@bp.get("/dev/mail/<name>/html")
@public
def html(name: str) -> Response:
    """Show the HTML part on its own, in a sandbox."""
    message = _read(name)
    if not message.html:
        raise NotFound(_("This e-mail has no HTML part."), code="html_part_not_found")
    return Response(message.html, mimetype="text/html", headers={"Content-Security-Policy": HTML_POLICY})
