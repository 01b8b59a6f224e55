"""Rules for the programme's own texts in emails: placeholders stay, and nothing can break the email."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import gettext as _

from volunteer_hub.core import plain_text
from volunteer_hub.core.errors import DomainError

MAX_WORDING_LENGTH, MAX_LABEL_LENGTH = 1_000, 80
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
WEB_ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)
OPEN_MARK, CLOSE_MARK = "\ue000", "\ue001"
"""Private-use characters around the programme's own texts in a preview."""


@dataclass(frozen=True)
class TemplateMessage:
    """One translatable message of a kind of email. Labels (before a colon) and subjects must be one line."""

    msgid: str
    in_subject: bool = False
    is_label: bool = False

    @property
    def is_one_line(self) -> bool:
        """Whether the text must not contain a line break."""
        return self.in_subject or self.is_label

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names of the placeholders, in order."""
        return list_placeholders(self.msgid)


def list_placeholders(text: str) -> tuple[str, ...]:
    """Return the names in `%(name)s`, each once, in order."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def check_wording(message: TemplateMessage, typed: str) -> str:
    """Return the text to store. Raises DomainError that says what to change.

    The text must contain exactly the placeholders of the original: each carries a link, a date or a name that the reader
    needs, and no others are filled in.
    """
    text = (
        plain_text.clean(typed, limit=MAX_WORDING_LENGTH, field="text").replace(OPEN_MARK, "").replace(CLOSE_MARK, "")
    )
    if not text:
        raise DomainError(_("Write something, or go back to the original words"), field="text", code="wording_empty")
    _check_lines(message, text)
    _check_placeholders(message, text)
    if WEB_ADDRESS.search(text):
        raise DomainError(
            _("Leave out addresses of web pages: the links of an e-mail stay as the service makes them"),
            field="text",
            code="wording_with_web_address",
        )
    return text


def _check_lines(message: TemplateMessage, text: str) -> None:
    if message.is_one_line and "\n" in text:
        raise DomainError(_("Write this on one line"), field="text", code="wording_not_one_line")
    if message.is_label and (":" in text or not 2 <= len(text) <= MAX_LABEL_LENGTH):
        raise DomainError(
            _("These words stand before a colon: use 2 to %(most)s characters and no colon", most=MAX_LABEL_LENGTH),
            field="text",
            code="wording_not_a_label",
        )


def _check_placeholders(message: TemplateMessage, text: str) -> None:
    present, expected = set(list_placeholders(text)), set(message.placeholders)
    if "%" in PLACEHOLDER.sub("", text):
        raise DomainError(
            _(
                "The sign %% may stand only in what the service fills in, such as %(example)s. Write “per cent”",
                example="%(name)s",
            ),
            field="text",
            code="wording_with_percent_sign",
        )
    if present - expected:
        unknown = ", ".join(f"%({name})s" for name in sorted(present - expected))
        raise DomainError(
            _("The service cannot fill in %(placeholders)s here: take it out", placeholders=unknown),
            field="text",
            code="wording_placeholder_unknown",
        )
    if expected - present:
        missing = ", ".join(f"%({name})s" for name in message.placeholders if name not in present)
        raise DomainError(
            _("The reader needs %(placeholders)s: put it back in", placeholders=missing),
            field="text",
            code="wording_placeholder_missing",
        )


def mark_own_text(text: str) -> str:
    """Return the text with marks around each line, which a preview renders as highlighted."""
    return "\n".join(_mark_line(line) for line in text.split("\n"))


def _mark_line(line: str) -> str:
    if not line.strip():
        return line
    bullet = "- " if line.startswith("- ") else ""
    return f"{bullet}{OPEN_MARK}{line.removeprefix(bullet)}{CLOSE_MARK}"
