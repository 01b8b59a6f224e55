"""Volunteers of the demonstration, with profiles and checks in every state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from volunteer_hub.audit import service as audit
from volunteer_hub.core.db import db
from volunteer_hub.demo import people_data
from volunteer_hub.demo.builder import World, create_volunteer_account, mark_collections_empty
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.states import InstitutionKind
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel, SupportKind
from volunteer_hub.volunteers import rules, service
from volunteer_hub.volunteers.models import (
    AvailabilityWindow,
    Volunteer,
    VolunteerGoal,
    VolunteerLanguage,
    VolunteerSkill,
    VolunteerSpecialty,
)
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState

PROFILE_COLLECTIONS = ("specialties", "skills", "languages", "goals", "windows")
TWINNED_EVERY = 6
"""One of that many volunteers works for an institution that is twinned with a partner hospital."""
MULTILINGUAL_EVERY = 4
"""One of that many volunteers speaks the languages of their example requests; the others speak English."""
NON_EXPIRING_CHECKS = frozenset({CheckKind.CODE_OF_CONDUCT, CheckKind.TOOLKIT})
S = VolunteerState
# Most of any ten volunteers are ready; one has an incomplete profile, one is being checked, one has lapsed.
TARGET_STATES = (S.READY, S.READY, S.CHECKING, S.READY, S.READY, S.READY, S.REGISTERED, S.READY, S.READY, S.LAPSED)


def make_volunteers(world: World, number: int) -> Iterator[Volunteer]:
    """Create `number` volunteers, one after another; the first one has the published sign-in."""
    examples = people_data.load_examples()[:40]
    employers = db.session.scalars(
        sa.select(Institution.id).where(Institution.kind == InstitutionKind.NHS).order_by(Institution.id)
    ).all()
    for index in range(number):
        at = world.now - dt.timedelta(days=80 - index % 60, hours=index % 7)
        name = people_data.invent_uk_name(world.rng)
        account = create_volunteer_account(world, name, "volunteer" if index == 0 else f"volunteer.{index + 1}", at=at)
        volunteer = service.open_profile(account, now=at)
        target = S.READY if index == 0 else TARGET_STATES[index % len(TARGET_STATES)]
        sample = world.rng.sample(examples, 8)
        if index == 0:
            sample = examples[:6]
        with db.session.no_autoflush:
            _fill(world, volunteer, sample, employers, index, incomplete=target is S.REGISTERED)
        if index == 0:
            volunteer.capacity = 2  # one placement to show, and capacity to apply again
        _check(world, volunteer, target, at=at)
        yield volunteer


def _fill(
    world: World,
    volunteer: Volunteer,
    examples: Sequence[people_data.RequestExample],
    employers: Sequence[int],
    index: int,
    *,
    incomplete: bool,
) -> None:
    """Fill a profile with what the example requests need; `incomplete` leaves out what comes after the job."""
    mark_collections_empty(volunteer, PROFILE_COLLECTIONS)
    rng = world.rng
    profession = rng.choice(people_data.PROFESSIONS)
    volunteer.profession_code = profession
    volunteer.registration_number = people_data.invent_registration_number(rng, profession)
    volunteer.employer_id = rng.choice(employers)
    if index % TWINNED_EVERY == TWINNED_EVERY - 1:
        volunteer.employer_id = world.twins[index // TWINNED_EVERY % len(world.twins)]
    volunteer.department = "Education and quality"
    volunteer.band = f"Band {rng.randrange(6, 9)}"
    if incomplete:
        return
    volunteer.weekly_minutes = rng.choice((180, 240, 300, 360))
    volunteer.capacity = rng.choice((1, 2, 2))
    volunteer.experience, volunteer.learning_goals = (
        rng.choice(people_data.EXPERIENCE),
        rng.choice(people_data.GOALS),
    )
    volunteer.manager_name = people_data.invent_uk_name(rng)
    volunteer.manager_email = f"manager.{volunteer.id}@example.org"
    codes = dict.fromkeys(code for example in examples for code in example.skills)
    levels = (SkillLevel.INDEPENDENT, SkillLevel.TEACHES, SkillLevel.TEACHES)
    volunteer.skills = [VolunteerSkill(skill_code=code, level=rng.choice(levels)) for code in codes]
    specialties = dict.fromkeys(example.specialty for example in examples)
    volunteer.specialties = [VolunteerSpecialty(specialty_code=code) for code in specialties]
    volunteer.languages = _languages(world, examples if index % MULTILINGUAL_EVERY == 0 else [])
    volunteer.goals = [VolunteerGoal(kind=kind) for kind in _goals(index)]
    volunteer.windows = _windows(world)


def _languages(world: World, examples: Sequence[people_data.RequestExample]) -> list[VolunteerLanguage]:
    spoken = {"en": LanguageLevel.NATIVE}
    for example in examples:
        spoken.setdefault(example.language, LanguageLevel.B2)
    if world.rng.random() < 0.3:
        spoken.setdefault(world.rng.choice(("fr", "sw", "pt", "ar")), LanguageLevel.B1)
    return [VolunteerLanguage(language=code, level=level) for code, level in spoken.items()]


def _goals(index: int) -> list[SupportKind]:
    """Return none to three kinds of support, different ones for each volunteer."""
    kinds = list(SupportKind)
    return [kinds[(index * 3 + step * 4) % len(kinds)] for step in range(index % 4)]


def _windows(world: World) -> list[AvailabilityWindow]:
    days = world.rng.sample(range(7), 6)
    starts = (7 * 60, 12 * 60, 17 * 60, 18 * 60)
    return [
        AvailabilityWindow(weekday=day, start_minute=start, end_minute=start + 240)
        for day in days
        for start in (world.rng.choice(starts),)
    ]


def _check(world: World, volunteer: Volunteer, target: VolunteerState, *, at: dt.datetime) -> None:
    """Move the checks and the volunteer to the target state, by allowed moves."""
    if target is S.REGISTERED:
        return
    audit.move(volunteer, S.CHECKING, actor=None, now=at)
    today = world.now.date()
    for check in volunteer.checks:
        is_met = target is not S.CHECKING or check.kind in {CheckKind.CODE_OF_CONDUCT, CheckKind.REGISTRATION}
        if not is_met:
            continue
        no_register = check.kind is CheckKind.REGISTRATION and not volunteer.registration_number
        wanted = CheckState.NOT_NEEDED if no_register else CheckState.MET
        if check.state is not wanted:
            audit.move(check, wanted, actor=world.coordinator, now=at, kind=check.kind)
        check.checked_on, check.checked_by_id = at.date(), world.coordinator.account_id
        check.evidence = check.evidence or f"Seen {at:%d %b %Y}"
        if check.kind not in NON_EXPIRING_CHECKS and not no_register:
            check.expires_on = today + dt.timedelta(days=world.rng.choice((25, 140, 300, 420)))
    if target is S.CHECKING:
        return
    _ready, volunteer.ready_until_on = rules.evaluate_readiness(volunteer.checks, today)
    audit.move(volunteer, S.READY, actor=world.coordinator, now=at)
    if target is S.LAPSED:
        lapsed = next(check for check in volunteer.checks if check.kind is CheckKind.SAFEGUARDING)
        lapsed.expires_on = today - dt.timedelta(days=2)
        volunteer.ready_until_on = None
        db.session.flush()
        audit.move(volunteer, S.LAPSED, actor=None, now=world.now)
