"""Kinds of items that need attention, how much of an allocation is spent, and the board's bands and advice."""

from __future__ import annotations

import enum


class Attention(enum.StrEnum):
    """One kind of item that waits for a decision or an action, the most urgent kinds first."""

    DECISION_LATE = "decision_late"
    DECISION_WAITING = "decision_waiting"
    INVITATION = "invitation"
    CANDIDATES = "candidates"
    START_PASSED = "start_passed"
    ROUND_READY = "round_ready"
    MAIL_TROUBLE = "mail_trouble"
    REQUEST_UNANSWERED = "request_unanswered"
    REQUEST_TO_OPEN = "request_to_open"
    HOURS_QUERIED = "hours_queried"
    HOURS_LATE = "hours_late"
    HOURS_TO_CONFIRM = "hours_to_confirm"
    PLAN_TO_AGREE = "plan_to_agree"
    RETURNED = "returned"
    LAPSED = "lapsed"
    AGREEMENT_MISSING = "agreement_missing"
    PROFILE_WAITING = "profile_waiting"
    PLACEMENT_QUIET = "placement_quiet"
    NO_CANDIDATE = "no_candidate"
    CHECK_EXPIRING = "check_expiring"
    AGREEMENT_EXPIRING = "agreement_expiring"
    FUND_LOW = "fund_low"
    ERASURE = "erasure"
    DRAFT = "draft"


class MoneyState(enum.StrEnum):
    """How much of the money allocated to one placement is used."""

    UNTOUCHED = "untouched"
    RESERVED = "reserved"
    PART_SPENT = "part_spent"
    SPENT = "spent"


class Band(enum.StrEnum):
    """A range of hours a week: what a request needs, or what a volunteer has left."""

    UP_TO_1 = "up_to_1"
    UP_TO_2 = "up_to_2"
    UP_TO_4 = "up_to_4"
    OVER_4 = "over_4"


class Advice(enum.StrEnum):
    """What demand and supply mean for recruiting."""

    RECRUIT = "recruit"
    STEADY = "steady"
    PAUSE = "pause"
