"""From whole tables to arrays: the volunteers that a round, or a shortlist, looks at."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from volunteer_hub.matching import past
from volunteer_hub.matching.engine import people as arrays
from volunteer_hub.matching.engine.people import Index, Ints, People, Places
from volunteer_hub.matching.facts import LANGUAGE_RANK_OF, SKILL_RANK_OF, request_facts
from volunteer_hub.matching.queries import bulk
from volunteer_hub.matching.rules import Bar, Factor, Past, RequestFacts
from volunteer_hub.matching.states import MatchState
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.rules import with_parents
from volunteer_hub.vocabulary.states import SupportKind
from volunteer_hub.volunteers.rules import UNREGULATED
from volunteer_hub.volunteers.states import VolunteerState

Rows = Sequence[tuple[Any, ...]]


def index(skill_codes: Collection[str] = (), language_codes: Collection[str] = ()) -> Index:
    """The curated words as numbers, in the order of their codes; and these, should some of them be news to this process."""
    words = vocabulary.vocabulary()
    held = {above for code in skill_codes if code not in words.skills for above in with_parents(code)}
    skills = {code: n for n, code in enumerate(sorted(held.union(words.skills)))}
    specialties = {code: n for n, code in enumerate(sorted(words.specialties))}
    group = {code: word.parent or code for code, word in words.specialties.items()}
    groups = {code: n for n, code in enumerate(sorted(set(group.values())))}
    return Index(
        skills=skills,
        parents=[skills.get(code.rpartition(".")[0], -1) for code in sorted(skills)],
        languages={code: n for n, code in enumerate(sorted({*vocabulary.COMMON_LANGUAGES, *language_codes}))},
        specialties=specialties,
        groups=groups,
        group_of=[groups[group[code]] for code in sorted(specialties)],
        kinds={kind.value: n for n, kind in enumerate(SupportKind)},
    )


def load_people(*, today: dt.date, only: Sequence[int] | None = None, codes: Index | None = None) -> People:
    """All volunteers with a whole profile, or `only` those, as they are now; a dozen selects."""
    rows, codes = bulk.volunteers(only), codes or index(*bulk.codes())
    ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    own, specialties = _own(rows, today), list(bulk.specialties(only))
    del rows  # each table's rows are let go before the next are read
    found = People(
        index=codes,
        ids=ids,
        levels=arrays.ranks(bulk.skills(only), ids, codes.skills, SKILL_RANK_OF, codes.parents),
        languages=arrays.ranks(bulk.languages(only), ids, codes.languages, LANGUAGE_RANK_OF),
        specialties=arrays.bits(specialties, ids, codes.specialties),
        groups=arrays.bits(specialties, ids, {code: codes.group_of[n] for code, n in codes.specialties.items()}),
        goals=arrays.bits(bulk.goals(only), ids, codes.kinds)[0].astype(np.uint16),
        masks=arrays.week_masks(bulk.windows(only), ids),
        **own,
        **_rare(ids, only),
    )
    _take_matches(found, bulk.matches(only), today)
    return found


def _own(rows: Rows, today: dt.date) -> dict[str, Any]:
    """What stands in the volunteers' own rows."""
    number, zones = len(rows), sorted({row[9] for row in rows})
    at = {name: n for n, name in enumerate(zones)}
    ready = (row[2] == VolunteerState.READY and (row[3] is None or today <= row[3]) for row in rows)
    return {
        "accounts": np.fromiter((row[1] for row in rows), np.int64, number),
        "ready": np.fromiter(ready, np.bool_, number),
        "weekly": np.fromiter((row[4] for row in rows), np.int32, number),
        "free": np.fromiter((row[4] for row in rows), np.int32, number),
        "places": np.fromiter((row[5] for row in rows), np.int32, number),
        "from_day": arrays.days((row[6] for row in rows), 0),
        "until_day": arrays.days((row[7] for row in rows), arrays.NEVER),
        "employers": np.fromiter((row[8] or 0 for row in rows), np.int64, number),
        "zone": np.fromiter((at[row[9]] for row in rows), np.int16, number),
        "zones": zones,
        "regulated": np.fromiter((bool(row[10]) and row[10] != UNREGULATED for row in rows), np.bool_, number),
        "waiting": np.zeros(number, np.int32),
        "proposed": np.zeros(number, np.int32),
        "waiting_minutes": np.zeros(number, np.int32),
        "completed": np.zeros(number, np.uint8),
        "ever_placed": np.zeros(number, np.bool_),
        "resting": np.zeros(number, np.bool_),
    }


def _rare(ids: Ints, only: Sequence[int] | None) -> dict[str, Any]:
    """What few volunteers have: bars by hospital, overrides by request."""
    barred: dict[tuple[int, Bar], list[int]] = defaultdict(list)
    # Of two bars between the same two the last by name counts, as `facts.volunteer_facts` has it.
    for (who, hospital), kind in {row[:2]: row[2] for row in sorted(bulk.bars(only))}.items():
        barred[hospital, Bar(kind)].append(who)
    by_hand: dict[int, list[tuple[int, Factor, int]]] = defaultdict(list)
    rows = bulk.overrides(only)
    for place, (_who, request_id, factor, share) in zip(arrays.places_of(ids, (r[0] for r in rows)), rows, strict=True):
        if place >= 0:
            by_hand[request_id].append((int(place), Factor(factor), share))
    return {"bars": {key: _known(ids, who) for key, who in barred.items()}, "overrides": dict(by_hand)}


def _known(ids: Ints, who: Sequence[int]) -> Places:
    found = arrays.places_of(ids, who)
    return found[found >= 0]


def _take_matches(people: People, rows: Rows, today: dt.date) -> None:
    """What earlier matches mean, with the same words as for one pair (past.py)."""
    before: dict[tuple[int, int], tuple[Past, dt.date | None] | None] = {}
    not_mine: dict[str, list[int]] = defaultdict(list)
    for place, row in zip(arrays.places_of(people.ids, (row[0] for row in rows)), rows, strict=True):
        if place < 0:
            continue
        _who, request_id, state, reason, ended_at, early, minutes, specialty, day = row
        ended = "0" if ended_at is None else "2" if early else "1"
        on = dt.date.fromisoformat(day)
        _count(people, place, state, ended, minutes or 0)
        if state in past.SAID_NO and reason in past.NO_TIME and on + past.REST > today:
            people.resting[place] = True
        if state in past.SAID_NO and reason == "not_my_field" and specialty:
            not_mine[specialty].append(place)
        one = past.how(state, reason or "", ended, on)
        before[int(place), request_id] = (one.how, one.on) if one else None
    people.before = _by_request(before, today)
    people.not_my_field = {code: np.unique(np.array(who, np.int32)) for code, who in not_mine.items()}


def _count(people: People, place: int, state: str, ended: str, minutes: int) -> None:
    if state == MatchState.APPROVED:
        people.ever_placed[place] = True
        if ended == "0":
            people.places[place] -= 1
            people.free[place] = max(0, people.free[place] - minutes)
        if ended == "1":
            people.completed[place] = min(255, int(people.completed[place]) + 1)
    if state in (MatchState.PROPOSED, MatchState.ACCEPTED):
        people.waiting[place] += 1
        people.waiting_minutes[place] += minutes
        people.proposed[place] += state == MatchState.PROPOSED


def _by_request(before: dict[tuple[int, int], Any], today: dt.date) -> dict[tuple[int, Past], Places]:
    """The last match of each pair; one that ran out counts for a while only."""
    found: dict[tuple[int, Past], list[int]] = defaultdict(list)
    for (place, request_id), one in before.items():
        if one and not (one[0] is Past.EXPIRED and one[1] + past.SILENCE <= today):
            found[request_id, one[0]].append(place)
    return {key: np.array(sorted(who), np.int32) for key, who in found.items()}


def load_requests(programme_id: int | None, *, today: dt.date) -> tuple[list[RequestFacts], dict[int, int]]:
    """Open requests of one programme, or of all, in order; and the free seats of each by id."""
    rows = bulk.open_requests(programme_id)
    return [request_facts(row, today=today) for row in rows], {
        row.request_id: row.seats - row.seats_filled for row in rows
    }
