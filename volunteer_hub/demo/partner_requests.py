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
# Most of any ten requests are open; the others are in the states before it.
TARGET_STATES = (S.OPEN, S.OPEN, S.OPEN, S.SUBMITTED, S.OPEN, S.OPEN, S.DRAFT, S.OPEN, S.RETURNED, S.OPEN)
SCARCE_EVERY, SCARCE_AT = 9, 8
"""One of nine requests needs a language that few volunteers speak."""
UNFILLED_EVERY, UNFILLED_AT = 20, 14
"""One of twenty requests needs what no volunteer has."""
EARLY_REQUESTS = frozenset({0, 7})
"""The positions, of any twelve requests, of those that were submitted nearly three months ago."""


def make_requests(world: World, number: int) -> Iterator[PartnerRequest]:
    """Create `number` requests, the institutions taking turns, through the area's services."""
    examples = people_data.load_examples()
    for index in range(number):
        institution = world.institutions[index % len(world.institutions)]
        example = examples[index % len(examples)]
        yield _make_request(world, institution, example, TARGET_STATES[index % len(TARGET_STATES)], index)


def _make_request(
    world: World, institution: Institution, example: people_data.RequestExample, target: RequestState, index: int
) -> PartnerRequest:
    at = submission_time(world, index)
    partner, director = world.partner_of(institution), world.director_of(institution)
    request = service.create_draft(
        title=example.title, institution=institution, programme_id=world.programme.id, actor=partner, now=at
    )
    with db.session.no_autoflush:
        mark_collections_empty(request, ("skills", "languages", "windows"))
        _fill(world, request, example, index)
        _make_harder(request, index)
    db.session.flush()
    if target is S.DRAFT:
        return request
    service.submit(request, actor=partner, now=at + dt.timedelta(hours=1))
    if target is S.RETURNED:
        question = "How many people can come to each session, and who stands in when the matron is away?"
        service.return_request(request, message=question, actor=director, now=at + dt.timedelta(hours=30))
    elif target is S.OPEN:
        service.open_request(request, actor=director, now=at + dt.timedelta(hours=30))
    return request


def submission_time(world: World, index: int) -> dt.datetime:
    """Return when a request was submitted: in the last month; a few earlier, so that their placements have hours."""
    days = 85 - index % 20 if index % 12 in EARLY_REQUESTS else 30 - index % 25
    return world.now - dt.timedelta(days=days, hours=index % 11)


def _make_harder(request: PartnerRequest, index: int) -> None:
    """Let some requests need a scarce language, and some what no volunteer here has."""
    country = request.institution.country_iso2
    if index % SCARCE_EVERY == SCARCE_AT and country in people_data.SCARCE_LANGUAGES:
        request.languages = [RequestLanguage(language=people_data.SCARCE_LANGUAGES[country], level=LanguageLevel.B2)]
    if index % UNFILLED_EVERY != UNFILLED_AT:
        return
    if index // UNFILLED_EVERY % 2:
        request.languages = [RequestLanguage(language="am", level=LanguageLevel.C1)]
    else:
        request.weekly_minutes = 10 * 60


def _fill(world: World, request: PartnerRequest, example: people_data.RequestExample, index: int) -> None:
    rng, today = world.rng, world.now.date()
    request.need, request.kind = example.need, SUPPORT_KINDS[example.kind]
    request.specialty_code = example.specialty
    request.learners_cadre, request.learners_number = example.cadre, example.learners
    request.weekly_minutes, request.weeks = example.minutes, example.weeks
    request.seats = 2 if index % 7 == 3 else 1
    request.delivery = Delivery(example.delivery)
    request.urgency = Urgency.URGENT if index % 9 == 4 else rng.choice((Urgency.ROUTINE, Urgency.SOON))
    if index % 12 in EARLY_REQUESTS:
        today = submission_time(world, index).date()
    request.earliest_start_on = today + dt.timedelta(days=rng.randrange(21, 75))
    request.respond_by_on = today + dt.timedelta(days=rng.randrange(10, 21))
    request.expected_result = "Those who took part use it in their daily work and pass it on to others."
    request.supervisor = people_data.invent_host_name(rng, request.institution.country_iso2)
    request.cost_minor = rng.choice((0, 15_000, 25_000, 40_000))
    request.skills = [
        RequestSkill(skill_code=code, level=SkillLevel.INDEPENDENT, required=position == 0)
        for position, code in enumerate(example.skills)
    ]
    request.languages = [RequestLanguage(language=example.language, level=LanguageLevel.B2)]
    days = rng.sample(range(6), 4)
    request.windows = [
        RequestWindow(weekday=day, start_minute=start, end_minute=start + 240)
        for day in days
        for start in (rng.choice((9 * 60, 14 * 60, 17 * 60, 19 * 60)),)
    ]
