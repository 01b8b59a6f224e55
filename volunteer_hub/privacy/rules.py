"""What a column says about a person, and what becomes of it. Plain values in, value out.

`data_map.py` gives every column of every table one of these classes.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from volunteer_hub.core import words
from volunteer_hub.core.errors import DomainError
from volunteer_hub.privacy.states import RetentionCategory

ANSWER_PERIOD = dt.timedelta(days=30)
"""UK GDPR article 12(3): one month from the day of asking."""
REMIND_BEFORE_DUE = dt.timedelta(days=7)
COOLING_OFF_PERIOD = dt.timedelta(days=7)
"""Between a granted wish and the erasure: the last moment to take it back."""
WARN_BEFORE_ERASURE = dt.timedelta(days=30)
"""How long before an unused account is erased its owner is told."""
ERASED_TEXT = "[erased]"
ERASED_EMAIL_DOMAIN = "erased.invalid"

DEFAULT_KEEP_DAYS = {
    RetentionCategory.PEOPLE: 730,
    RetentionCategory.EMAILS: 365,
    RetentionCategory.SESSIONS: 90,
    RetentionCategory.JOB_RUNS: 14,
    RetentionCategory.IMPORTS: 90,
}
"""trust.md, Settled: people are anonymised 24 months after their last placement."""
KEEP_DAYS_LIMITS = {
    RetentionCategory.PEOPLE: (180, 3650),
    RetentionCategory.EMAILS: (30, 3650),
    RetentionCategory.SESSIONS: (14, 730),
    RetentionCategory.JOB_RUNS: (7, 730),
    RetentionCategory.IMPORTS: (7, 730),
}


class DataClass(enum.StrEnum):
    """What a column holds, and so who gets it and what an erasure leaves of it."""

    PLAIN = "plain"
    """Says nothing about a person by itself: kept."""
    NAME = "name"
    """A name or an address: given to its owner, replaced."""
    FREE_TEXT = "words"
    """What somebody wrote: given to its writer and to whom it is about, emptied."""
    DETAIL = "detail"
    """A fact about a person: given to them, emptied."""
    HIDDEN = "hidden"
    """A hash or a key: given to nobody, emptied."""


ERASED_CLASSES = (DataClass.NAME, DataClass.FREE_TEXT, DataClass.DETAIL, DataClass.HIDDEN)
"""What an erasure empties."""


class RetentionReason(enum.StrEnum):
    """Why rows about an erased person stay, without the name."""

    MONEY = "money"
    AUDIT_LOG = "trail"
    STATISTICS = "statistics"
    WORK = "work"


@dataclass(frozen=True)
class MappedColumn:
    """One column's class; `by` is the path to the account of whoever wrote it."""

    name: str
    data_class: DataClass
    author_path: str | None = None


@dataclass(frozen=True)
class MappedTable:
    """One table of the map.

    `about` are the paths from a row to the account that it is about: `volunteer_id.account_id` follows
    a foreign key. `by` are those of people who only acted. Rows that are `gone` are deleted with the
    person; others stay for the reason `why`.
    """

    columns: tuple[MappedColumn, ...]
    subject_paths: tuple[str, ...] = ()
    actor_paths: tuple[str, ...] = ()
    is_deleted: bool = False
    retention_reason: RetentionReason | None = None

    def column_names(self, *treats: DataClass) -> list[str]:
        """The names of the columns of these classes."""
        return [column.name for column in self.columns if column.data_class in treats]


def _columns(names: str, treat: DataClass) -> Iterator[MappedColumn]:
    for word in names.split():
        name, _, writer = word.partition("@")
        yield MappedColumn(name, treat, writer or None)


def map_table(
    plain: str = "",
    *,
    names: str = "",
    free_text: str = "",
    details: str = "",
    hidden: str = "",
    about: str = "",
    by: str = "",
    is_deleted: bool = False,
    kept_for: RetentionReason | None = None,
) -> MappedTable:
    """A row of the map in short: column names with blanks between, `wording` as `column@path_to_its_writer`."""
    columns = (
        *_columns(plain, DataClass.PLAIN),
        *_columns(names, DataClass.NAME),
        *_columns(free_text, DataClass.FREE_TEXT),
        *_columns(details, DataClass.DETAIL),
        *_columns(hidden, DataClass.HIDDEN),
    )
    return MappedTable(columns, tuple(about.split()), tuple(by.split()), is_deleted, kept_for)


def due_on(asked_on: dt.date) -> dt.date:
    """The last day for an answer."""
    return asked_on + ANSWER_PERIOD


def placeholder_email(row_id: int, salt: str) -> str:
    """The address that takes the place of an erased one: nobody's, unique, and not to be guessed and taken before."""
    return f"erased-{row_id}-{salt}@{ERASED_EMAIL_DOMAIN}"


def check_keep_days(category: RetentionCategory, days: int) -> None:
    """Raises DomainError for a time that the law or good sense does not allow."""
    least, most = KEEP_DAYS_LIMITS[category]
    if not least <= days <= most:
        raise DomainError(f"Enter between {least} and {most} days.", field=category.value)


def is_unused(*, last_used_at: dt.datetime, keep_days: int, now: dt.datetime) -> bool:
    """Whether nothing has happened to an account for so long that it is erased."""
    return last_used_at + dt.timedelta(days=keep_days) <= now


def searchable_names(names: Iterable[str]) -> list[str]:
    """What is looked for in other people's words when somebody is erased: full names and addresses.

    One word alone would be found in what has nothing to do with them; it is left.
    """
    return sorted({name for name in names if len(name) >= 5 and (len(name.split()) > 1 or "@" in name)})


def compile_mention_pattern(text: str) -> re.Pattern[str]:
    """Where a full name or an address stands in words, as a whole: `Ann Lee` is not in `Mary Ann Leeds`.

    An address is found however it is written. Of a name each word must begin with a capital letter, so that somebody
    who is called as things are does not empty everybody's texts. Apostrophes and ampersands of HTML count too.
    """
    if "@" in text:
        return re.compile(rf"(?<![\w.+-]){re.escape(text)}(?![\w-])(?!\.\w)", re.IGNORECASE)
    name = r"\s+".join(map(_capital, text.split()))
    return re.compile(rf"(?<!\w){name}(?!\w)")


def _capital(word: str) -> str:
    rest = "".join(SPELLING_PATTERNS.get(letter, re.escape(letter)) for letter in word[1:])
    return f"{re.escape(word[0].upper())}(?i:{rest})"


SPELLING_PATTERNS = {"'": "(?:'|’|&#39;|&#x27;)", "’": "(?:'|’|&#39;|&#x27;)", "&": "(?:&|&amp;)"}


def search_term(text: str) -> str:
    """The part of a name or address by which the database finds the rows to look into, folded."""
    parts = [text] if "@" in text else re.findall(r"\w+", text)
    return words.fold(max(parts, key=len))
