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
from volunteer_hub.privacy.states import Kept

ANSWER_WITHIN = dt.timedelta(days=30)
"""UK GDPR article 12(3): one month from the day of asking."""
CHASE_BEFORE = dt.timedelta(days=7)
COOLING = dt.timedelta(days=7)
"""Between a granted wish and the erasure: the last moment to take it back."""
WARN_BEFORE = dt.timedelta(days=30)
"""How long before an unused account is erased its owner is told."""
UNKNOWN = "[erased]"
NOWHERE = "erased.invalid"

DEFAULT_DAYS = {Kept.PEOPLE: 730, Kept.EMAILS: 365, Kept.SESSIONS: 90, Kept.JOB_RUNS: 14, Kept.IMPORTS: 90}
"""trust.md, Settled: people are anonymised 24 months after their last placement."""
LIMITS = {
    Kept.PEOPLE: (180, 3650),
    Kept.EMAILS: (30, 3650),
    Kept.SESSIONS: (14, 730),
    Kept.JOB_RUNS: (7, 730),
    Kept.IMPORTS: (7, 730),
}


class Treat(enum.StrEnum):
    """What a column holds, and so who gets it and what an erasure leaves of it."""

    PLAIN = "plain"
    """Says nothing about a person by itself: kept."""
    NAME = "name"
    """A name or an address: given to its owner, replaced."""
    WORDS = "words"
    """What somebody wrote: given to its writer and to whom it is about, emptied."""
    DETAIL = "detail"
    """A fact about a person: given to them, emptied."""
    HIDDEN = "hidden"
    """A hash or a key: given to nobody, emptied."""


PERSONAL = (Treat.NAME, Treat.WORDS, Treat.DETAIL, Treat.HIDDEN)
"""What an erasure empties."""


class Why(enum.StrEnum):
    """Why rows about an erased person stay, without the name."""

    MONEY = "money"
    TRAIL = "trail"
    STATISTICS = "statistics"
    WORK = "work"


@dataclass(frozen=True)
class Column:
    """One column's class; `by` is the path to the account of whoever wrote it."""

    name: str
    treat: Treat
    by: str | None = None


@dataclass(frozen=True)
class Table:
    """One table of the map.

    `about` are the paths from a row to the account that it is about: `volunteer_id.account_id` follows
    a foreign key. `by` are those of people who only acted. Rows that are `gone` are deleted with the
    person; others stay for the reason `why`.
    """

    columns: tuple[Column, ...]
    about: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    gone: bool = False
    why: Why | None = None

    def named(self, *treats: Treat) -> list[str]:
        """The names of the columns of these classes."""
        return [column.name for column in self.columns if column.treat in treats]


def _columns(names: str, treat: Treat) -> Iterator[Column]:
    for word in names.split():
        name, _, writer = word.partition("@")
        yield Column(name, treat, writer or None)


def table(
    plain: str = "",
    *,
    names: str = "",
    wording: str = "",
    details: str = "",
    hidden: str = "",
    about: str = "",
    by: str = "",
    gone: bool = False,
    why: Why | None = None,
) -> Table:
    """A row of the map in short: column names with blanks between, `wording` as `column@path_to_its_writer`."""
    columns = (
        *_columns(plain, Treat.PLAIN),
        *_columns(names, Treat.NAME),
        *_columns(wording, Treat.WORDS),
        *_columns(details, Treat.DETAIL),
        *_columns(hidden, Treat.HIDDEN),
    )
    return Table(columns, tuple(about.split()), tuple(by.split()), gone, why)


def due_on(asked_on: dt.date) -> dt.date:
    """The last day for an answer."""
    return asked_on + ANSWER_WITHIN


def erased_email(row_id: int, salt: str) -> str:
    """The address that takes the place of an erased one: nobody's, unique, and not to be guessed and taken before."""
    return f"erased-{row_id}-{salt}@{NOWHERE}"


def check_days(kept: Kept, days: int) -> None:
    """Raises DomainError for a time that the law or good sense does not allow."""
    least, most = LIMITS[kept]
    if not least <= days <= most:
        raise DomainError(f"Enter between {least} and {most} days.", field=kept.value)


def is_unused(*, last_used_at: dt.datetime, keep_days: int, now: dt.datetime) -> bool:
    """Whether nothing has happened to an account for so long that it is erased."""
    return last_used_at + dt.timedelta(days=keep_days) <= now


def searched(names: Iterable[str]) -> list[str]:
    """What is looked for in other people's words when somebody is erased: full names and addresses.

    One word alone would be found in what has nothing to do with them; it is left.
    """
    return sorted({name for name in names if len(name) >= 5 and (len(name.split()) > 1 or "@" in name)})


def traces_of(text: str) -> re.Pattern[str]:
    """Where a full name or an address stands in words, as a whole: `Ann Lee` is not in `Mary Ann Leeds`.

    An address is found however it is written. Of a name each word must begin with a capital letter, so that somebody
    who is called as things are does not empty everybody's texts. Apostrophes and ampersands of HTML count too.
    """
    if "@" in text:
        return re.compile(rf"(?<![\w.+-]){re.escape(text)}(?![\w-])(?!\.\w)", re.IGNORECASE)
    name = r"\s+".join(map(_capital, text.split()))
    return re.compile(rf"(?<!\w){name}(?!\w)")


def _capital(word: str) -> str:
    rest = "".join(SPELT.get(letter, re.escape(letter)) for letter in word[1:])
    return f"{re.escape(word[0].upper())}(?i:{rest})"


SPELT = {"'": "(?:'|’|&#39;|&#x27;)", "’": "(?:'|’|&#39;|&#x27;)", "&": "(?:&|&amp;)"}


def rarest(text: str) -> str:
    """The part of a name or address by which the database finds the rows to look into, folded."""
    parts = [text] if "@" in text else re.findall(r"\w+", text)
    return words.fold(max(parts, key=len))
