"""From whole tables to arrays: the volunteers that a round, or a shortlist, looks at."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import Factor, PriorOutcome, RequestFacts, RestrictionKind
from volunteer_hub.matching import match_history
from volunteer_hub.matching.engine import loading
from volunteer_hub.matching.engine import volunteer_arrays as arrays
from volunteer_hub.matching.engine.volunteer_arrays import Indices, Int64s, VocabularyIndex, VolunteerArrays
from volunteer_hub.matching.facts import bulk_request_facts, free_seats_by_request
from volunteer_hub.matching.queries import bulk_rows
from volunteer_hub.matching.queries.bulk_rows import TextTable
from volunteer_hub.matching.request_rows import LANGUAGE_RANK_OF, SKILL_RANK_OF
from volunteer_hub.matching.states import MatchState
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.rules import self_and_ancestors
from volunteer_hub.vocabulary.states import SupportKind


def build_index(skill_codes: Collection[str] = (), language_codes: Collection[str] = ()) -> VocabularyIndex:
    """The curated words as numbers, in the order of their codes; and these, should some of them be news to this process."""
    words = vocabulary.vocabulary()
    held = {above for code in skill_codes if code not in words.skills for above in self_and_ancestors(code)}
    skills = {code: n for n, code in enumerate(sorted(held.union(words.skills)))}
    specialties = {code: n for n, code in enumerate(sorted(words.specialties))}
    group = {code: word.parent or code for code, word in words.specialties.items()}
    groups = {code: n for n, code in enumerate(sorted(set(group.values())))}
    return VocabularyIndex(
        skills=skills,
        parents=[skills.get(code.rpartition(".")[0], -1) for code in sorted(skills)],
        languages={code: n for n, code in enumerate(sorted({*vocabulary.COMMON_LANGUAGES, *language_codes}))},
        specialties=specialties,
        groups=groups,
        group_of=[groups[group[code]] for code in sorted(specialties)],
        kinds={kind.value: n for n, kind in enumerate(SupportKind)},
    )


def load_volunteers(
    *, today: dt.date, ids_only: Sequence[int] | None = None, index: VocabularyIndex | None = None
) -> VolunteerArrays:
    """All volunteers with a whole profile, or `only` those, as they are now; one select."""
    tables = loading.read_tables(bulk_rows.load_volunteer_tables(ids_only))
    ids, own = _own(tables.pop("own"), today)
    places = {name: arrays.indices_of(ids, column.owner_ids) for name, column in tables.items()}
    skills, languages, specialties = tables["skills"], tables["languages"], tables["specialties"]
    index = index or build_index(*({_code(word) for word in column.distinct_values} for column in (skills, languages)))
    group_of = {code: index.group_of[number] for code, number in index.specialties.items()}
    found = VolunteerArrays(
        index=index,
        ids=ids,
        levels=_ranks(places["skills"], skills, len(ids), index.skills, SKILL_RANK_OF, index.parents),
        languages=_ranks(places["languages"], languages, len(ids), index.languages, LANGUAGE_RANK_OF),
        specialties=_bits(places["specialties"], specialties, len(ids), index.specialties),
        groups=_bits(places["specialties"], specialties, len(ids), group_of),
        goals=_bits(places["goals"], tables["goals"], len(ids), index.kinds)[0].astype(np.uint16),
        masks=_masks(places["windows"], tables["windows"], len(ids)),
        restrictions=_bars(places["bars"], tables["bars"]),
        overrides=_overrides(places["overrides"], tables["overrides"]),
        **own,
    )
    _take_matches(found, places["matches"], tables["matches"], today)
    return found


def _code(word: str) -> str:
    return word.partition("|")[0]


def _own(column: CodedColumn, today: dt.date) -> tuple[Int64s, dict[str, Any]]:
    """The ids in order, and what stands in the volunteers' own rows."""
    table = column.owner_ids.reshape(-1, len(bulk_rows.VOLUNTEER_FIELDS))
    in_order = np.argsort(table[:, 0])
    row = dict(zip(bulk_rows.VOLUNTEER_FIELDS, table[in_order].T, strict=True))
    number, zones = len(table), sorted(column.distinct_values)
    at = {name: n for n, name in enumerate(zones)}
    until = arrays.day_numbers(row["until"], arrays.NO_DAY)
    return np.ascontiguousarray(row["id"]), {
        "accounts": np.ascontiguousarray(row["account"]),
        "ready": (row["ready"] == 1) & (today.toordinal() <= until),
        "weekly": row["minutes"].astype(np.int32),
        "free": row["minutes"].astype(np.int32),
        "capacity_left": row["capacity"].astype(np.int32),
        "from_day": arrays.day_numbers(row["from_day"], 0),
        "until_day": arrays.day_numbers(row["until_day"], arrays.NO_DAY),
        "employers": np.ascontiguousarray(row["employer"]),
        "zone": column.recode(at.__getitem__)[in_order].astype(np.int16),
        "zones": zones,
        "is_regulated": row["regulated"] == 1,
        "waiting": np.zeros(number, np.int32),
        "proposed": np.zeros(number, np.int32),
        "waiting_minutes": np.zeros(number, np.int32),
        "completed": np.zeros(number, np.uint8),
        "was_ever_placed": np.zeros(number, np.bool_),
        "cooldown_until": np.zeros(number, np.bool_),
    }


def _ranks(places: Indices, column: CodedColumn, number: int, codes: Mapping[str, int], rank_of: Mapping[str, int],
           above: Sequence[int] = ()) -> NDArray[np.uint8]:  # fmt: skip
    """Words `code|level`."""
    code = column.recode(lambda word: codes.get(_code(word), -1))
    rank = column.recode(lambda word: rank_of[word.partition("|")[2]])
    return arrays.ranks(places, code, rank, volunteer_count=number, code_count=len(codes), parents=above)


def _bits(places: Indices, column: CodedColumn, number: int, codes: Mapping[str, int]) -> NDArray[np.uint64]:
    code = column.recode(lambda word: codes.get(word, -1))
    return arrays.bits(places, code, volunteer_count=number, code_count=1 + max(codes.values(), default=0))


def _masks(places: Indices, column: CodedColumn, number: int) -> NDArray[np.uint64]:
    known = places >= 0
    day = column.recode(lambda word: int(word) // bulk_rows.WEEK_DAY)[known]
    start = column.recode(lambda word: int(word) % bulk_rows.WEEK_DAY // bulk_rows.DAY_MINUTE)[known]
    end = column.recode(lambda word: int(word) % bulk_rows.DAY_MINUTE)[known]
    return arrays.masks_of(places[known], day, start, end, number)


def _bars(places: Indices, column: CodedColumn) -> dict[tuple[int, RestrictionKind], Indices]:
    """By hospital and kind."""
    found: dict[tuple[int, RestrictionKind], list[int]] = defaultdict(list)
    rows = sorted((place, int(hospital), kind) for place, (hospital, kind) in column.iter_rows(places))
    # Of two bars between the same two the last by name counts, as `facts.volunteer_facts` has it.
    for (place, hospital), kind in {row[:2]: row[2] for row in rows}.items():
        found[hospital, RestrictionKind(kind)].append(place)
    return {key: np.array(who, np.int32) for key, who in found.items()}


def _overrides(places: Indices, column: CodedColumn) -> dict[int, list[tuple[int, Factor, int]]]:
    """By request."""
    found: dict[int, list[tuple[int, Factor, int]]] = defaultdict(list)
    for place, (request_id, factor, share) in column.iter_rows(places):
        found[int(request_id)].append((place, Factor(factor), int(share)))
    return dict(found)


def _take_matches(people: VolunteerArrays, places: Indices, column: CodedColumn, today: dt.date) -> None:
    """What earlier matches mean, with the same words as for one pair (past.py)."""
    before: dict[tuple[int, int], tuple[PriorOutcome, dt.date | None] | None] = {}
    not_mine: dict[str, list[int]] = defaultdict(list)
    for place, word in sorted(column.iter_rows(places), key=lambda row: int(row[1][0])):
        _ident, request_id, state, reason, ended, minutes, specialty, day = word
        on = dt.date.fromisoformat(day)
        _count(people, place, state, ended, int(minutes))
        if (
            state in match_history.DECLINED_STATES
            and reason in match_history.COOLDOWN_REASONS
            and on + match_history.COOLDOWN_PERIOD > today
        ):
            people.in_cooldown[place] = True
        if state in match_history.DECLINED_STATES and reason == "not_my_field" and specialty:
            not_mine[specialty].append(place)
        one = match_history.prior_match(state, reason, ended, on)
        before[place, int(request_id)] = (one.outcome, one.on) if one else None
    people.prior_matches = _by_request(before, today)
    people.not_my_field = {code: np.unique(np.array(who, np.int32)) for code, who in not_mine.items()}


def _count(people: VolunteerArrays, place: int, state: str, ended: str, minutes: int) -> None:
    if state == MatchState.APPROVED:
        people.was_ever_placed[place] = True
        if ended == "0":
            people.capacity_left[place] -= 1
            people.free_minutes[place] = max(0, people.free_minutes[place] - minutes)
        if ended == "1":
            people.completed[place] = min(255, int(people.completed[place]) + 1)
    if state in (MatchState.PROPOSED, MatchState.ACCEPTED):
        people.waiting[place] += 1
        people.waiting_minutes[place] += minutes
        people.proposed[place] += state == MatchState.PROPOSED


def _by_request(before: dict[tuple[int, int], Any], today: dt.date) -> dict[tuple[int, PriorOutcome], Indices]:
    """The last match of each pair; one that ran out counts for a while only."""
    found: dict[tuple[int, PriorOutcome], list[int]] = defaultdict(list)
    for (place, request_id), one in before.items():
        if one and not (one[0] is PriorOutcome.EXPIRED and one[1] + match_history.UNANSWERED_PERIOD <= today):
            found[request_id, one[0]].append(place)
    return {key: np.array(sorted(who), np.int32) for key, who in found.items()}


def load_requests(programme_id: int | None, *, today: dt.date) -> tuple[list[RequestFacts], dict[int, int]]:
    """Open requests of one programme, or of all, in order; and the free seats of each by id."""
    found: list[RequestFacts] = []
    free: dict[int, int] = {}
    for rows in bulk_rows.load_open_requests(programme_id):
        found += bulk_request_facts(rows, today=today)
        free |= free_seats_by_request(rows)
    return found, free


CHUNK_CHARS = 1 << 18
"""So many characters are taken apart at a time."""


class CodedColumn(NamedTuple):
    """A table of two columns. `words` are those there are, in the order in which they were met."""

    owner_ids: Int64s
    code: Indices
    distinct_values: list[str]

    def recode(self, number_of: Callable[[str], int]) -> Indices:
        """The word of each row as another number; each word is looked up once."""
        return np.fromiter(map(number_of, self.distinct_values), np.int32, len(self.distinct_values))[self.code]

    def iter_rows(self, places: Indices) -> Iterator[tuple[int, list[str]]]:
        """For tables with few rows: the place of whose it is, where there is one, and the parts of the word."""
        for place, word in zip(places.tolist(), self.code.tolist(), strict=True):
            if place >= 0:
                yield place, self.distinct_values[word].split("|")


class _FirstSeenOrder(dict[str, int]):
    """Words by the order in which they were met."""

    def __missing__(self, word: str) -> int:
        self[word] = found = len(self)
        return found


def read_tables(tables: Iterable[TextTable]) -> dict[str, CodedColumn]:
    """Every table by its name; the text of each is let go before the next is read, where the driver lets it."""
    return {table.name: _column(table) for table in tables}


def parse_numbers(text: str | None) -> Int64s:
    """Numbers with commas between."""
    return np.fromstring(text or "", np.int64, sep=",")


def _column(table: TextTable) -> CodedColumn:
    found = _FirstSeenOrder()
    parts = [np.fromiter(map(found.__getitem__, part), np.int32, len(part)) for part in _parts(table.values or "")]
    return CodedColumn(parse_numbers(table.numbers), np.concatenate([np.empty(0, np.int32), *parts]), list(found))


def _parts(text: str) -> Iterator[list[str]]:
    """The words of a long text, a part at a time: all at once would take three times its room."""
    start = 0
    while start < len(text):
        end = text.find(",", start + CHUNK_CHARS)
        end = len(text) if end < 0 else end
        yield text[start:end].split(",")
        start = end + 1
