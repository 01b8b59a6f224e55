"""Rules of privacy: classes of columns, retention limits, matching of names. Pure: plain values in, value out.

`data_map.py` gives every column of every table one of the classes.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from volunteer_hub.core import plain_text
from volunteer_hub.core.errors import DomainError
from volunteer_hub.privacy.states import ErasureState, RetentionCategory

ANSWER_PERIOD = dt.timedelta(days=30)
"""UK GDPR article 12(3): one month from the day of the request."""
REMIND_BEFORE_DUE = dt.timedelta(days=7)
COOLING_OFF_PERIOD = dt.timedelta(days=7)
"""Between the grant of a request and the erasure; the person can withdraw the request until its end."""
WARN_BEFORE_ERASURE = dt.timedelta(days=30)
"""How long before the erasure of an unused account its owner is warned."""
ERASED_TEXT = "[erased]"
ERASED_EMAIL_DOMAIN = "erased.invalid"

DEFAULT_KEEP_DAYS = {
    RetentionCategory.PEOPLE: 730,
    RetentionCategory.EMAILS: 365,
    RetentionCategory.SESSIONS: 90,
    RetentionCategory.JOB_RUNS: 14,
    RetentionCategory.IMPORTS: 90,
}
"""Days. The programme's decision for people: they are erased 24 months after their last placement."""
KEEP_DAYS_LIMITS = {
    RetentionCategory.PEOPLE: (180, 3650),
    RetentionCategory.EMAILS: (30, 3650),
    RetentionCategory.SESSIONS: (14, 730),
    RetentionCategory.JOB_RUNS: (7, 730),
    RetentionCategory.IMPORTS: (7, 730),
}
"""(least, most) days that administrators can set."""


class DataClass(enum.StrEnum):
    """Class of a column: it decides who gets its values in a download and what an erasure does with them."""

    PLAIN = "plain"
    """Not about a person by itself: kept."""
    NAME = "name"
    """A name or an address: in the owner's download, replaced by an erasure."""
    FREE_TEXT = "words"
    """Free text: in the download of its author and of the data subject, emptied by an erasure."""
    DETAIL = "detail"
    """A fact about a person: in their download, emptied by an erasure."""
    HIDDEN = "hidden"
    """A hash or a key: in no download, emptied by an erasure."""


ERASED_CLASSES = (DataClass.NAME, DataClass.FREE_TEXT, DataClass.DETAIL, DataClass.HIDDEN)
"""The classes that an erasure empties or replaces."""


class RetentionReason(enum.StrEnum):
    """Why rows about an erased person are kept, without the name."""

    MONEY = "money"
    AUDIT_LOG = "trail"
    STATISTICS = "statistics"
    WORK = "work"


@dataclass(frozen=True)
class MappedColumn:
    """A column with its class. `author_path` is the path from a row to the account of the text's author."""

    name: str
    data_class: DataClass
    author_path: str | None = None


@dataclass(frozen=True)
class MappedTable:
    """A table of the data map.

    `subject_paths` lead from a row to the accounts that it is about: `volunteer_id.account_id` follows a foreign
    key. `actor_paths` lead to the accounts of people who only acted on the row. If `is_deleted`, an erasure deletes
    the rows; otherwise they are kept for `retention_reason`.
    """

    columns: tuple[MappedColumn, ...]
    subject_paths: tuple[str, ...] = ()
    actor_paths: tuple[str, ...] = ()
    is_deleted: bool = False
    retention_reason: RetentionReason | None = None

    def column_names(self, *classes: DataClass) -> list[str]:
        """Return the names of the columns of these classes."""
        return [column.name for column in self.columns if column.data_class in classes]


def _columns(names: str, data_class: DataClass) -> Iterator[MappedColumn]:
    for item in names.split():
        name, _, author_path = item.partition("@")
        yield MappedColumn(name, data_class, author_path or None)


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
    """Return a table of the map from short notation.

    Column names and paths are separated by blanks; free text may be `column@path_to_its_author`.
    """
    columns = (
        *_columns(plain, DataClass.PLAIN),
        *_columns(names, DataClass.NAME),
        *_columns(free_text, DataClass.FREE_TEXT),
        *_columns(details, DataClass.DETAIL),
        *_columns(hidden, DataClass.HIDDEN),
    )
    return MappedTable(columns, tuple(about.split()), tuple(by.split()), is_deleted, kept_for)


def due_on(requested_on: dt.date) -> dt.date:
    """Return the last day for answering a request."""
    return requested_on + ANSWER_PERIOD


def placeholder_email(row_id: int, salt: str) -> str:
    """Return the address that replaces an erased one: undeliverable, unique, and unguessable through `salt`.

    If it could be guessed, a stranger could register it first and so block the erasure.
    """
    return f"erased-{row_id}-{salt}@{ERASED_EMAIL_DOMAIN}"


def check_keep_days(category: RetentionCategory, days: int) -> None:
    """Raise DomainError for a retention period outside the category's limits."""
    least, most = KEEP_DAYS_LIMITS[category]
    if not least <= days <= most:
        raise DomainError(
            _("Enter between %(least)s and %(most)s days.", least=least, most=most),
            field=category.value,
            code="keep_days_out_of_range",
        )


def searchable_names(names: Iterable[str]) -> list[str]:
    """Return the full names and addresses to look for in other people's texts when a person is erased.

    Names of a single word are left out, because they also match unrelated texts.
    """
    return sorted({name for name in names if len(name) >= 5 and (len(name.split()) > 1 or "@" in name)})


def compile_mention_pattern(name_or_email: str) -> re.Pattern[str]:
    """Return a pattern that matches a full name or an address as a whole: `Ann Lee` does not match `Mary Ann Leeds`.

    Addresses match in any case. Of a name each word must begin with a capital letter, so that the erasure of a person
    named like common words does not change unrelated texts. HTML entities of apostrophes and ampersands match too.
    """
    if "@" in name_or_email:
        return re.compile(rf"(?<![\w.+-]){re.escape(name_or_email)}(?![\w-])(?!\.\w)", re.IGNORECASE)
    pattern = r"\s+".join(map(_word_pattern, name_or_email.split()))
    return re.compile(rf"(?<!\w){pattern}(?!\w)")


def _word_pattern(part: str) -> str:
    rest = "".join(SPELLING_PATTERNS.get(letter, re.escape(letter)) for letter in part[1:])
    return f"{re.escape(part[0].upper())}(?i:{rest})"


SPELLING_PATTERNS = {"'": "(?:'|’|&#39;|&#x27;)", "’": "(?:'|’|&#39;|&#x27;)", "&": "(?:&|&amp;)"}


def search_term(name_or_email: str) -> str:
    """Return the longest part of a name or the whole address, folded, as the database's first filter of rows."""
    parts = [name_or_email] if "@" in name_or_email else re.findall(r"\w+", name_or_email)
    return plain_text.fold(max(parts, key=len))


def is_undecided(state: ErasureState) -> bool:
    """Return whether an erasure request awaits an administrator's decision."""
    return state is ErasureState.REQUESTED
