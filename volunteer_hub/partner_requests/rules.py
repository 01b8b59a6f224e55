"""When a request is complete, and who may do what with it. Plain values in, plain values out."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass

from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.partner_requests.states import EDITABLE, Delivery, RequestState, SupportKind

MAX_RESPONSE_PERIOD = dt.timedelta(days=366)


class RequestSection(enum.StrEnum):
    """The parts of a draft, each saved on its own."""

    NEED = "need"
    SKILLS = "skills"
    LANGUAGES = "languages"
    TIME = "time"
    WINDOWS = "windows"
    PEOPLE = "people"


class RequestGap(enum.StrEnum):
    """A reason why a draft cannot be submitted yet.

    Labels are looked up by value over all enumerations, so the prefix keeps these apart from `RequestSection`.
    """

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


DATE_GAPS = frozenset(
    {
        RequestGap.RESPOND_BY_PAST,
        RequestGap.RESPOND_BY_FAR,
        RequestGap.RESPOND_AFTER_START,
        RequestGap.START_AFTER_PROGRAMME,
    }
)
SECTION_OF = {
    RequestGap.NEED: RequestSection.NEED,
    RequestGap.KIND: RequestSection.NEED,
    RequestGap.EXPECTED_RESULT: RequestSection.NEED,
    RequestGap.SKILLS: RequestSection.SKILLS,
    RequestGap.LANGUAGES: RequestSection.LANGUAGES,
    RequestGap.WINDOWS: RequestSection.WINDOWS,
    RequestGap.SUPERVISOR: RequestSection.PEOPLE,
} | dict.fromkeys(
    (
        RequestGap.WEEKLY_MINUTES,
        RequestGap.WEEKS,
        RequestGap.DELIVERY,
        RequestGap.EARLIEST_START,
        RequestGap.RESPOND_BY,
    ),
    RequestSection.TIME,
)
SECTION_OF |= dict.fromkeys(DATE_GAPS, RequestSection.TIME)


@dataclass(frozen=True)
class RequestAnswers:
    """The answers of a request on which its completeness depends; `skills`, `languages` and `windows` are counts."""

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


def list_gaps(stated: RequestAnswers, *, today: dt.date, programme_ends_on: dt.date) -> list[RequestGap]:
    """Return what must be added or corrected before the request can be submitted; `today` is the hospital's day."""
    answers: list[tuple[RequestGap, object]] = [
        (RequestGap.NEED, stated.need),
        (RequestGap.KIND, stated.kind),
        (RequestGap.EXPECTED_RESULT, stated.expected_result),
        (RequestGap.SKILLS, stated.skills),
        (RequestGap.LANGUAGES, stated.languages),
        (RequestGap.WEEKLY_MINUTES, stated.weekly_minutes),
        (RequestGap.WEEKS, stated.weeks),
        (RequestGap.DELIVERY, stated.delivery),
        (RequestGap.EARLIEST_START, stated.earliest_start_on),
        (RequestGap.RESPOND_BY, stated.respond_by_on),
        (RequestGap.WINDOWS, stated.windows or not needs_windows(stated.delivery)),
        (RequestGap.SUPERVISOR, stated.supervisor),
    ]
    unanswered = [gap for gap, answer in answers if not answer]
    return unanswered + list_date_gaps(
        stated.earliest_start_on, stated.respond_by_on, today=today, programme_ends_on=programme_ends_on
    )


def needs_windows(delivery: Delivery | None) -> bool:
    """Return whether the work includes live meetings, so that the hospital must name times that suit it."""
    return delivery in {Delivery.LIVE, Delivery.MIXED}


def list_date_gaps(
    earliest_start_on: dt.date | None, respond_by_on: dt.date | None, *, today: dt.date, programme_ends_on: dt.date
) -> list[RequestGap]:
    """Return what is wrong with the two dates; a missing date is not checked."""
    gaps = []
    if respond_by_on and respond_by_on < today:
        gaps.append(RequestGap.RESPOND_BY_PAST)
    if respond_by_on and respond_by_on > today + MAX_RESPONSE_PERIOD:
        gaps.append(RequestGap.RESPOND_BY_FAR)
    if respond_by_on and earliest_start_on and respond_by_on > earliest_start_on:
        gaps.append(RequestGap.RESPOND_AFTER_START)
    if earliest_start_on and earliest_start_on > programme_ends_on:
        gaps.append(RequestGap.START_AFTER_PROGRAMME)
    return gaps


def has_deadline_passed(respond_by_on: dt.date | None, *, today: dt.date) -> bool:
    """Return whether the last day to respond is over; that day itself still counts."""
    return respond_by_on is not None and respond_by_on < today


def is_visible_to_volunteers(state: RequestState) -> bool:
    """Return whether volunteers can find the request, and candidates are looked for or were found."""
    return state in {RequestState.OPEN, RequestState.FILLED}


def is_returned(state: RequestState) -> bool:
    """Return whether the director returned the request with questions."""
    return state is RequestState.RETURNED


class Action(enum.StrEnum):
    """A step that a user can take with a request."""

    EDIT = "edit"
    SUBMIT = "submit"
    OPEN = "open"
    RETURN = "return"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    COPY = "copy"
    REOPEN = "reopen"


S = RequestState
STATES_ALLOWING = {
    Action.EDIT: EDITABLE,
    Action.SUBMIT: EDITABLE,
    Action.OPEN: frozenset({S.SUBMITTED}),
    Action.RETURN: frozenset({S.SUBMITTED}),
    Action.WITHDRAW: frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED, S.OPEN}),
    Action.CLOSE: frozenset({S.OPEN, S.FILLED}),
    Action.COPY: frozenset(S),
    Action.REOPEN: frozenset({S.EXPIRED}),
}
PARTNER_ACTIONS = frozenset({Action.EDIT, Action.SUBMIT, Action.WITHDRAW, Action.CLOSE, Action.COPY})
DECISION_ACTIONS = frozenset({Action.OPEN, Action.RETURN, Action.REOPEN})


def role_actions(viewer: Viewer, *, country: str, institution_id: int) -> frozenset[Action]:
    """Return the actions that a viewer's roles allow at an institution, in any state. Administrators have none."""
    if viewer.has(Role.COORDINATOR):
        return PARTNER_ACTIONS | DECISION_ACTIONS
    allowed: frozenset[Action] = frozenset()
    if institution_id in viewer.institutions(Role.PARTNER):
        allowed |= PARTNER_ACTIONS
    if viewer.covers(Role.DIRECTOR, country=country, institution_id=institution_id):
        allowed |= DECISION_ACTIONS
    return allowed


def possible_actions(
    state: RequestState, permitted: Sequence[Action] | frozenset[Action], *, is_contact: bool
) -> frozenset[Action]:
    """Return those of the permitted actions that are possible in `state`.

    A request's own contact never decides about it.
    """
    excluded = DECISION_ACTIONS if is_contact else frozenset()
    return frozenset(action for action in permitted if state in STATES_ALLOWING[action] and action not in excluded)
