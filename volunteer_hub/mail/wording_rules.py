"""What the programme's own words in an e-mail may be: the facts stay, nothing can break the e-mail."""

from __future__ import annotations

import re
from dataclasses import dataclass

from volunteer_hub.core import plain_text
from volunteer_hub.core.errors import DomainError

MAX_WORDING_LENGTH, MAX_LABEL_LENGTH = 1_000, 80
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)
OPEN, CLOSE = "\ue000", "\ue001"
"""Private characters around the programme's own words in a preview."""


@dataclass(frozen=True)
class TemplateMessage:
    """One sentence of a kind of e-mail. A label stands before a colon, a subject in the header: both are one line."""

    msgid: str
    in_subject: bool = False
    is_label: bool = False

    @property
    def is_one_line(self) -> bool:
        """Whether a line break would break what stands around it."""
        return self.in_subject or self.is_label

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names of the facts that the service fills in, in order."""
        return list_placeholders(self.msgid)


def list_placeholders(text: str) -> tuple[str, ...]:
    """The names in `%(name)s`, each once, in order."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def check_wording(sentence: TemplateMessage, typed: str) -> str:
    """The words to keep. Raises DomainError that says what to change.

    Every placeholder of the original stays and no other is there: each carries a link, a date or a
    name that the reader needs, and only these are filled in when the e-mail is written.
    """
    text = plain_text.clean(typed, limit=MAX_WORDING_LENGTH, field="text").replace(OPEN, "").replace(CLOSE, "")
    if not text:
        raise DomainError("Write something, or go back to the original words", field="text")
    _check_lines(sentence, text)
    _check_placeholders(sentence, text)
    if ADDRESS.search(text):
        raise DomainError(
            "Leave out addresses of web pages: the links of an e-mail stay as the service makes them", field="text"
        )
    return text


def _check_lines(sentence: TemplateMessage, text: str) -> None:
    if sentence.is_one_line and "\n" in text:
        raise DomainError("Write this on one line", field="text")
    if sentence.is_label and (":" in text or not 2 <= len(text) <= MAX_LABEL_LENGTH):
        raise DomainError(
            f"These words stand before a colon: use 2 to {MAX_LABEL_LENGTH} characters and no colon", field="text"
        )


def _check_placeholders(sentence: TemplateMessage, text: str) -> None:
    here, wanted = set(list_placeholders(text)), set(sentence.placeholders)
    if "%" in PLACEHOLDER.sub("", text):
        raise DomainError(
            "The sign % may stand only in what the service fills in, such as %(name)s. Write “per cent”", field="text"
        )
    if here - wanted:
        unknown = ", ".join(f"%({name})s" for name in sorted(here - wanted))
        raise DomainError(f"The service cannot fill in {unknown} here: take it out", field="text")
    if wanted - here:
        missing = ", ".join(f"%({name})s" for name in sentence.placeholders if name not in here)
        raise DomainError(f"The reader needs {missing}: put it back in", field="text")


def mark_own_text(text: str) -> str:
    """The text with marks around each line, so that a preview can show what is the programme's own."""
    return "\n".join(_marked_line(line) for line in text.split("\n"))


def _marked_line(line: str) -> str:
    if not line.strip():
        return line
    bullet = "- " if line.startswith("- ") else ""
    return f"{bullet}{OPEN}{line.removeprefix(bullet)}{CLOSE}"
