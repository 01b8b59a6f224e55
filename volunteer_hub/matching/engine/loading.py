"""Load volunteers and open requests of a round or a shortlist from whole tables into arrays."""

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
    """Number the curated vocabulary in the order of its codes.

    `skill_codes` and `language_codes` are added: rows may hold codes that this process has not cached yet.
    """
    curated = vocabulary.vocabulary()
    known_skills = {
        parent_code for code in skill_codes if code not in curated.skills for parent_code in self_and_ancestors(code)
    }
    skills = {code: number for number, code in enumerate(sorted(known_skills.union(curated.skills)))}
    specialties = {code: number for number, code in enumerate(sorted(curated.specialties))}
    group = {code: specialty.parent or code for code, specialty in curated.specialties.items()}
    groups = {code: number for number, code in enumerate(sorted(set(group.values())))}
    return VocabularyIndex(
        skills=skills,
        parents=[skills.get(code.rpartition(".")[0], -1) for code in sorted(skills)],
        languages={code: number for number, code in enumerate(sorted({*vocabulary.COMMON_LANGUAGES, *language_codes}))},
        specialties=specialties,
        groups=groups,
        group_of=[groups[group[code]] for code in sorted(specialties)],
        kinds={kind.value: number for number, kind in enumerate(SupportKind)},
    )


def load_volunteers(
    *, today: dt.date, ids_only: Sequence[int] | None = None, index: VocabularyIndex | None = None
) -> VolunteerArrays:
    """Load all volunteers with a complete profile, or only those in `ids_only`, with one select."""
    tables = loading.read_tables(bulk_rows.load_volunteer_tables(ids_only))
    ids, own_columns = _read_own_columns(tables.pop("own"), today)
    indices = {name: arrays.indices_of(ids, table.owner_ids) for name, table in tables.items()}
    skills, languages, specialties = tables["skills"], tables["languages"], tables["specialties"]
    index = index or build_index(*({_code(value) for value in table.distinct_values} for table in (skills, languages)))
    group_of_code = {code: index.group_of[number] for code, number in index.specialties.items()}
    volunteers = VolunteerArrays(
        index=index,
        ids=ids,
        levels=_ranks(indices["skills"], skills, len(ids), index.skills, SKILL_RANK_OF, index.parents),
        languages=_ranks(indices["languages"], languages, len(ids), index.languages, LANGUAGE_RANK_OF),
        specialties=_bits(indices["specialties"], specialties, len(ids), index.specialties),
        groups=_bits(indices["specialties"], specialties, len(ids), group_of_code),
        goals=_bits(indices["goals"], tables["goals"], len(ids), index.kinds)[0].astype(np.uint16),
        masks=_masks(indices["windows"], tables["windows"], len(ids)),
        restrictions=_restrictions(indices["bars"], tables["bars"]),
        overrides=_overrides(indices["overrides"], tables["overrides"]),
        **own_columns,
    )
    _apply_matches(volunteers, indices["matches"], tables["matches"], today)
    return volunteers


def _code(value: str) -> str:
    return value.partition("|")[0]


def _read_own_columns(column: CodedColumn, today: dt.date) -> tuple[Int64s, dict[str, Any]]:
    """Return the sorted ids, and the columns of the volunteers' own rows by attribute of VolunteerArrays."""
    rows = column.owner_ids.reshape(-1, len(bulk_rows.VOLUNTEER_FIELDS))
    in_order = np.argsort(rows[:, 0])
    fields = dict(zip(bulk_rows.VOLUNTEER_FIELDS, rows[in_order].T, strict=True))
    count, zones = len(rows), sorted(column.distinct_values)
    zone_number = {name: position for position, name in enumerate(zones)}
    until = arrays.day_numbers(fields["until"], arrays.NO_DAY)
    return np.ascontiguousarray(fields["id"]), {
        "accounts": np.ascontiguousarray(fields["account"]),
        "ready": (fields["ready"] == 1) & (today.toordinal() <= until),
        "weekly_minutes": fields["minutes"].astype(np.int32),
        "free_minutes": fields["minutes"].astype(np.int32),
        "capacity_left": fields["capacity"].astype(np.int32),
        "from_day": arrays.day_numbers(fields["from_day"], 0),
        "until_day": arrays.day_numbers(fields["until_day"], arrays.NO_DAY),
        "employers": np.ascontiguousarray(fields["employer"]),
        "zone": column.recode(zone_number.__getitem__)[in_order].astype(np.int16),
        "zones": zones,
        "is_regulated": fields["regulated"] == 1,
        "waiting": np.zeros(count, np.int32),
        "proposed": np.zeros(count, np.int32),
        "waiting_minutes": np.zeros(count, np.int32),
        "completed": np.zeros(count, np.uint8),
        "was_ever_placed": np.zeros(count, np.bool_),
        "in_cooldown": np.zeros(count, np.bool_),
    }


def _ranks(indices: Indices, column: CodedColumn, count: int, codes: Mapping[str, int], rank_of: Mapping[str, int],
           parents: Sequence[int] = ()) -> NDArray[np.uint8]:  # fmt: skip
    """Read values of the form `code|level`."""
    code = column.recode(lambda value: codes.get(_code(value), -1))
    rank = column.recode(lambda value: rank_of[value.partition("|")[2]])
    return arrays.ranks(indices, code, rank, volunteer_count=count, code_count=len(codes), parents=parents)


def _bits(indices: Indices, column: CodedColumn, count: int, codes: Mapping[str, int]) -> NDArray[np.uint64]:
    code = column.recode(lambda value: codes.get(value, -1))
    return arrays.bits(indices, code, volunteer_count=count, code_count=1 + max(codes.values(), default=0))


def _masks(indices: Indices, column: CodedColumn, count: int) -> NDArray[np.uint64]:
    is_known = indices >= 0
    day = column.recode(lambda value: int(value) // bulk_rows.WEEK_DAY)[is_known]
    start = column.recode(lambda value: int(value) % bulk_rows.WEEK_DAY // bulk_rows.DAY_MINUTE)[is_known]
    end = column.recode(lambda value: int(value) % bulk_rows.DAY_MINUTE)[is_known]
    return arrays.masks_of(indices[is_known], day, start, end, count)


def _restrictions(indices: Indices, column: CodedColumn) -> dict[tuple[int, RestrictionKind], Indices]:
    """Read restrictions by hospital and kind."""
    restricted: dict[tuple[int, RestrictionKind], list[int]] = defaultdict(list)
    rows = sorted((index, int(hospital), kind) for index, (hospital, kind) in column.iter_rows(indices))
    # Of two restrictions between the same pair the last kind by name counts, as in `facts.volunteer_facts`.
    for (index, hospital), kind in {row[:2]: row[2] for row in rows}.items():
        restricted[hospital, RestrictionKind(kind)].append(index)
    return {key: np.array(volunteer_indices, np.int32) for key, volunteer_indices in restricted.items()}


def _overrides(indices: Indices, column: CodedColumn) -> dict[int, list[tuple[int, Factor, int]]]:
    """Read overrides by request."""
    overrides: dict[int, list[tuple[int, Factor, int]]] = defaultdict(list)
    for index, (request_id, factor, share) in column.iter_rows(indices):
        overrides[int(request_id)].append((index, Factor(factor), int(share)))
    return dict(overrides)


def _apply_matches(volunteers: VolunteerArrays, indices: Indices, column: CodedColumn, today: dt.date) -> None:
    """Apply earlier matches to the arrays, by the rules of `matching.match_history`."""
    outcomes: dict[tuple[int, int], tuple[PriorOutcome, dt.date | None] | None] = {}
    declined_specialty: dict[str, list[int]] = defaultdict(list)
    for index, values in sorted(column.iter_rows(indices), key=lambda row: int(row[1][0])):
        _ident, request_id, state, reason, ended, minutes, specialty, day = values
        outcome_on = dt.date.fromisoformat(day)
        _count_match(volunteers, index, state, ended, int(minutes))
        if (
            state in match_history.DECLINED_STATES
            and reason in match_history.COOLDOWN_REASONS
            and outcome_on + match_history.COOLDOWN_PERIOD > today
        ):
            volunteers.in_cooldown[index] = True
        if state in match_history.DECLINED_STATES and reason == "not_my_field" and specialty:
            declined_specialty[specialty].append(index)
        outcome = match_history.prior_match(state, reason, ended, outcome_on)
        outcomes[index, int(request_id)] = (outcome.outcome, outcome.on) if outcome else None
    volunteers.prior_matches = _group_by_outcome(outcomes, today)
    volunteers.not_my_field = {
        code: np.unique(np.array(volunteer_indices, np.int32)) for code, volunteer_indices in declined_specialty.items()
    }


def _count_match(volunteers: VolunteerArrays, index: int, state: str, ended: str, minutes: int) -> None:
    if state == MatchState.APPROVED:
        volunteers.was_ever_placed[index] = True
        if ended == "0":
            volunteers.capacity_left[index] -= 1
            volunteers.free_minutes[index] = max(0, volunteers.free_minutes[index] - minutes)
        if ended == "1":
            volunteers.completed[index] = min(255, int(volunteers.completed[index]) + 1)
    if state in (MatchState.PROPOSED, MatchState.ACCEPTED):
        volunteers.waiting[index] += 1
        volunteers.waiting_minutes[index] += minutes
        volunteers.proposed[index] += state == MatchState.PROPOSED


def _group_by_outcome(outcomes: dict[tuple[int, int], Any], today: dt.date) -> dict[tuple[int, PriorOutcome], Indices]:
    """Group pairs by request and outcome of their last match; an expired one counts for UNANSWERED_PERIOD only."""
    by_outcome: dict[tuple[int, PriorOutcome], list[int]] = defaultdict(list)
    for (index, request_id), outcome in outcomes.items():
        if outcome and not (
            outcome[0] is PriorOutcome.EXPIRED and outcome[1] + match_history.UNANSWERED_PERIOD <= today
        ):
            by_outcome[request_id, outcome[0]].append(index)
    return {key: np.array(sorted(volunteer_indices), np.int32) for key, volunteer_indices in by_outcome.items()}


def load_requests(programme_id: int | None, *, today: dt.date) -> tuple[list[RequestFacts], dict[int, int]]:
    """Return the open requests of one programme, or of all, in order, and the free seats by request id."""
    requests: list[RequestFacts] = []
    free: dict[int, int] = {}
    for rows in bulk_rows.load_open_requests(programme_id):
        requests += bulk_request_facts(rows, today=today)
        free |= free_seats_by_request(rows)
    return requests, free


CHUNK_CHARS = 1 << 18
"""Characters of an aggregated text that are split at a time."""


class CodedColumn(NamedTuple):
    """A dictionary-encoded table of (owner id, value): `code[i]` is the position of row i's value in `distinct_values`."""

    owner_ids: Int64s
    code: Indices
    distinct_values: list[str]

    def recode(self, number_of: Callable[[str], int]) -> Indices:
        """Return another number for the value of each row; `number_of` is called once per distinct value."""
        return np.fromiter(map(number_of, self.distinct_values), np.int32, len(self.distinct_values))[self.code]

    def iter_rows(self, indices: Indices) -> Iterator[tuple[int, list[str]]]:
        """Yield (owner's index, parts of the value) of rows with a known owner. For tables with few rows."""
        for index, code in zip(indices.tolist(), self.code.tolist(), strict=True):
            if index >= 0:
                yield index, self.distinct_values[code].split("|")


class _CodesByFirstUse(dict[str, int]):
    """Assigns codes to values in the order in which they are first used."""

    def __missing__(self, value: str) -> int:
        self[value] = code = len(self)
        return code


def read_tables(tables: Iterable[TextTable]) -> dict[str, CodedColumn]:
    """Return each table by name. The text of one is freed before the next is read, if the driver streams."""
    return {table.name: _parse_column(table) for table in tables}


def parse_numbers(text: str | None) -> Int64s:
    """Parse comma-separated numbers."""
    return np.fromstring(text or "", np.int64, sep=",")


def _parse_column(table: TextTable) -> CodedColumn:
    codes = _CodesByFirstUse()
    parts = [
        np.fromiter(map(codes.__getitem__, values), np.int32, len(values))
        for values in _iter_values(table.values or "")
    ]
    return CodedColumn(parse_numbers(table.numbers), np.concatenate([np.empty(0, np.int32), *parts]), list(codes))


def _iter_values(text: str) -> Iterator[list[str]]:
    """Yield the comma-separated values of a long text in batches: splitting all of it would take three times its memory."""
    start = 0
    while start < len(text):
        end = text.find(",", start + CHUNK_CHARS)
        end = len(text) if end < 0 else end
        yield text[start:end].split(",")
        start = end + 1
