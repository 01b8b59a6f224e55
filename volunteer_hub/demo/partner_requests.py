"""The demonstration programme, part three: requests in every state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from volunteer_hub.core.db import db
from volunteer_hub.demo import people_data
from volunteer_hub.demo.builder import World, mark_collections_empty
from volunteer_hub.institutions.models import Institution
from volunteer_hub.partner_requests import service
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage, RequestSkill, RequestWindow
from volunteer_hub.partner_requests.states import Delivery, RequestState, SupportKind, Urgency
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel

SUPPORT_KINDS = {
    "teaching": SupportKind.TEACHING,
    "curriculum": SupportKind.CURRICULUM,
    "mentoring": SupportKind.MENTORING,
    "management and leadership": SupportKind.LEADERSHIP,
    "guideline or protocol": SupportKind.GUIDELINE,
    "case-based discussion": SupportKind.CASE_DISCUSSION,
    "quality improvement": SupportKind.QUALITY_IMPROVEMENT,
    "materials review": SupportKind.MATERIALS,
    "biomedical and IT": SupportKind.BIOMEDICAL,
    "research": SupportKind.RESEARCH,
}
S = RequestState
# Of any ten requests most are open; the others stand at every other step of the way.
TARGET_STATES = (S.OPEN, S.OPEN, S.OPEN, S.SUBMITTED, S.OPEN, S.OPEN, S.DRAFT, S.OPEN, S.RETURNED, S.OPEN)
SCARCE_EVERY, SCARCE_AT = 9, 8
"""Of any nine requests one asks for a language that few volunteers speak."""
UNFILLED_EVERY, UNFILLED_AT = 20, 14
"""Of any twenty requests one asks for what nobody brings."""
EARLY_REQUESTS = frozenset({0, 7})
"""Of any twelve requests these were raised nearly three months ago."""


def make_requests(world: World, number: int) -> Iterator[PartnerRequest]:
    """`number` requests from the institutions in turn, through the area's own verbs."""
    examples = people_data.load_examples()
    for index in range(number):
        institution = world.institutions[index % len(world.institutions)]
        example = examples[index % len(examples)]
        yield _request(world, institution, example, TARGET_STATES[index % len(TARGET_STATES)], index)


def _request(
    world: World, institution: Institution, example: people_data.RequestExample, fate: RequestState, index: int
) -> PartnerRequest:
    at = submission_time(world, index)
    partner, director = world.partner_of(institution), world.director_of(institution)
    ask = service.create_draft(
        title=example.title, institution=institution, programme_id=world.programme.id, actor=partner, now=at
    )
    with db.session.no_autoflush:
        mark_collections_empty(ask, ("skills", "languages", "windows"))
        _fill(world, ask, example, index)
        _harder(ask, index)
    db.session.flush()
    if fate is S.DRAFT:
        return ask
    service.submit(ask, actor=partner, now=at + dt.timedelta(hours=1))
    if fate is S.RETURNED:
        words = "How many people can come to each session, and who stands in when the matron is away?"
        service.return_request(ask, message=words, actor=director, now=at + dt.timedelta(hours=30))
    elif fate is S.OPEN:
        service.open_request(ask, actor=director, now=at + dt.timedelta(hours=30))
    return ask


def submission_time(world: World, index: int) -> dt.datetime:
    """In the last month; a few earlier, so that their placements have worked for a while."""
    days = 85 - index % 20 if index % 12 in EARLY_REQUESTS else 30 - index % 25
    return world.now - dt.timedelta(days=days, hours=index % 11)


def _harder(ask: PartnerRequest, index: int) -> None:
    """Some requests wait for a scarce language, and some for what no volunteer here can give."""
    country = ask.institution.country_iso2
    if index % SCARCE_EVERY == SCARCE_AT and country in people_data.SCARCE_LANGUAGES:
        ask.languages = [RequestLanguage(language=people_data.SCARCE_LANGUAGES[country], level=LanguageLevel.B2)]
    if index % UNFILLED_EVERY != UNFILLED_AT:
        return
    if index // UNFILLED_EVERY % 2:
        ask.languages = [RequestLanguage(language="am", level=LanguageLevel.C1)]
    else:
        ask.weekly_minutes = 10 * 60


def _fill(world: World, ask: PartnerRequest, example: people_data.RequestExample, index: int) -> None:
    chance, today = world.rng, world.now.date()
    ask.need, ask.kind = example.need, SUPPORT_KINDS[example.kind]
    ask.specialty_code = example.specialty
    ask.learners_cadre, ask.learners_number = example.cadre, example.learners
    ask.weekly_minutes, ask.weeks = example.minutes, example.weeks
    ask.seats = 2 if index % 7 == 3 else 1
    ask.delivery = Delivery(example.delivery)
    ask.urgency = Urgency.URGENT if index % 9 == 4 else chance.choice((Urgency.ROUTINE, Urgency.SOON))
    if index % 12 in EARLY_REQUESTS:
        today = submission_time(world, index).date()
    ask.earliest_start_on = today + dt.timedelta(days=chance.randrange(21, 75))
    ask.respond_by_on = today + dt.timedelta(days=chance.randrange(10, 21))
    ask.expected_result = "Those who took part use it in their daily work and pass it on to others."
    ask.supervisor = people_data.invent_host_name(chance, ask.institution.country_iso2)
    ask.cost_minor = chance.choice((0, 15_000, 25_000, 40_000))
    ask.skills = [
        RequestSkill(skill_code=code, level=SkillLevel.INDEPENDENT, required=place == 0)
        for place, code in enumerate(example.skills)
    ]
    ask.languages = [RequestLanguage(language=example.language, level=LanguageLevel.B2)]
    days = chance.sample(range(6), 4)
    ask.windows = [
        RequestWindow(weekday=day, start_minute=start, end_minute=start + 240)
        for day in days
        for start in (chance.choice((9 * 60, 14 * 60, 17 * 60, 19 * 60)),)
    ]
