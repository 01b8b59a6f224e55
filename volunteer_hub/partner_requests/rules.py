"""What a complete request is, and who may do what with one. Plain values in, value out."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass

from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.partner_requests.states import EDITABLE, Delivery, RequestState, SupportKind

LONGEST_WAIT = dt.timedelta(days=366)


class Section(enum.StrEnum):
    """The parts of a draft, each saved on its own."""

    NEED = "need"
    SKILLS = "skills"
    LANGUAGES = "languages"
    TIME = "time"
    WINDOWS = "windows"
    PEOPLE = "people"


class Gap(enum.StrEnum):
    """What keeps a draft from being sent. The prefix keeps the values apart from the sections' (core/pages.py)."""

    NEED = "gap_need"
    KIND = "gap_kind"
    EXPECTED_RESULT = "gap_expected_result"
    SKILLS = "gap_skills"
    LANGUAGES = "gap_languages"
    WEEKLY_MINUTES = "gap_weekly_minutes"
    WEEKS = "gap_weeks"
    DELIVERY = "gap_delivery"
    EARLIEST_START = "gap_earliest_start"
    RESPOND_BY = "gap_respond_by"
    RESPOND_BY_PAST = "gap_respond_by_past"
    RESPOND_BY_FAR = "gap_respond_by_far"
    RESPOND_AFTER_START = "gap_respond_after_start"
    START_AFTER_PROGRAMME = "gap_start_after_programme"
    WINDOWS = "gap_windows"
    SUPERVISOR = "gap_supervisor"


DATE_GAPS = frozenset({Gap.RESPOND_BY_PAST, Gap.RESPOND_BY_FAR, Gap.RESPOND_AFTER_START, Gap.START_AFTER_PROGRAMME})
SECTION_OF = {
    Gap.NEED: Section.NEED,
    Gap.KIND: Section.NEED,
    Gap.EXPECTED_RESULT: Section.NEED,
    Gap.SKILLS: Section.SKILLS,
    Gap.LANGUAGES: Section.LANGUAGES,
    Gap.WINDOWS: Section.WINDOWS,
    Gap.SUPERVISOR: Section.PEOPLE,
} | dict.fromkeys((Gap.WEEKLY_MINUTES, Gap.WEEKS, Gap.DELIVERY, Gap.EARLIEST_START, Gap.RESPOND_BY), Section.TIME)
SECTION_OF |= dict.fromkeys(DATE_GAPS, Section.TIME)


@dataclass(frozen=True)
class Asked:
    """What a request says, as far as completeness goes."""

    need: str | None = None
    kind: SupportKind | None = None
    expected_result: str | None = None
    skills: int = 0
    languages: int = 0
    windows: int = 0
    weekly_minutes: int | None = None
    weeks: int | None = None
    delivery: Delivery | None = None
    earliest_start_on: dt.date | None = None
    respond_by_on: dt.date | None = None
    supervisor: str | None = None


def missing(asked: Asked, *, today: dt.date, programme_ends_on: dt.date) -> list[Gap]:
    """What is still to be added or mended before it can be sent; `today` is the hospital's."""
    answers: list[tuple[Gap, object]] = [
        (Gap.NEED, asked.need),
        (Gap.KIND, asked.kind),
        (Gap.EXPECTED_RESULT, asked.expected_result),
        (Gap.SKILLS, asked.skills),
        (Gap.LANGUAGES, asked.languages),
        (Gap.WEEKLY_MINUTES, asked.weekly_minutes),
        (Gap.WEEKS, asked.weeks),
        (Gap.DELIVERY, asked.delivery),
        (Gap.EARLIEST_START, asked.earliest_start_on),
        (Gap.RESPOND_BY, asked.respond_by_on),
        (Gap.WINDOWS, asked.windows or not needs_windows(asked.delivery)),
        (Gap.SUPERVISOR, asked.supervisor),
    ]
    open_ones = [gap for gap, answer in answers if not answer]
    return open_ones + date_gaps(
        asked.earliest_start_on, asked.respond_by_on, today=today, programme_ends_on=programme_ends_on
    )


def needs_windows(delivery: Delivery | None) -> bool:
    """Whether people have to meet at a time: then the hospital says which times suit it."""
    return delivery in {Delivery.LIVE, Delivery.MIXED}


def date_gaps(
    earliest_start_on: dt.date | None, respond_by_on: dt.date | None, *, today: dt.date, programme_ends_on: dt.date
) -> list[Gap]:
    """What is wrong with the two dates, as far as they are known."""
    found = []
    if respond_by_on and respond_by_on < today:
        found.append(Gap.RESPOND_BY_PAST)
    if respond_by_on and respond_by_on > today + LONGEST_WAIT:
        found.append(Gap.RESPOND_BY_FAR)
    if respond_by_on and earliest_start_on and respond_by_on > earliest_start_on:
        found.append(Gap.RESPOND_AFTER_START)
    if earliest_start_on and earliest_start_on > programme_ends_on:
        found.append(Gap.START_AFTER_PROGRAMME)
    return found


def is_past(respond_by_on: dt.date | None, *, today: dt.date) -> bool:
    """Whether the time to respond is over; the last day still counts."""
    return respond_by_on is not None and respond_by_on < today


class Action(enum.StrEnum):
    """What people may do with a request."""

    EDIT = "edit"
    SUBMIT = "submit"
    OPEN = "open"
    RETURN = "return"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    COPY = "copy"
    REOPEN = "reopen"


S = RequestState
STATES_FOR = {
    Action.EDIT: EDITABLE,
    Action.SUBMIT: EDITABLE,
    Action.OPEN: frozenset({S.SUBMITTED}),
    Action.RETURN: frozenset({S.SUBMITTED}),
    Action.WITHDRAW: frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED, S.OPEN}),
    Action.CLOSE: frozenset({S.OPEN, S.FILLED}),
    Action.COPY: frozenset(S),
    Action.REOPEN: frozenset({S.EXPIRED}),
}
PARTNERS = frozenset({Action.EDIT, Action.SUBMIT, Action.WITHDRAW, Action.CLOSE, Action.COPY})
DECISIONS = frozenset({Action.OPEN, Action.RETURN, Action.REOPEN})


def in_reach(viewer: Viewer, *, country: str, institution_id: int) -> frozenset[Action]:
    """What a viewer's roles allow there, whatever the request's state. An administrator only reads."""
    if viewer.has(Role.COORDINATOR):
        return PARTNERS | DECISIONS
    allowed: frozenset[Action] = frozenset()
    if institution_id in viewer.institutions(Role.PARTNER):
        allowed |= PARTNERS
    if viewer.covers(Role.DIRECTOR, country=country, institution_id=institution_id):
        allowed |= DECISIONS
    return allowed


def possible(state: RequestState, reach: Sequence[Action] | frozenset[Action], *, raised_it: bool) -> frozenset[Action]:
    """What can be done now. Whoever raised a request never decides on it."""
    barred = DECISIONS if raised_it else frozenset()
    return frozenset(action for action in reach if state in STATES_FOR[action] and action not in barred)
