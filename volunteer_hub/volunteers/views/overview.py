"""The profile as a whole: what is done, what is missing, sending it, pausing."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core import pages
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.volunteers import check_queries, queries, rules, service
from volunteer_hub.volunteers.forms import SendProfileForm
from volunteer_hub.volunteers.labels import NEXT_STEPS
from volunteer_hub.volunteers.states import ProfileSection, VolunteerState

bp = Blueprint("volunteers", __name__)
Reply = Response | tuple[str, int]


@bp.get("/profile")
@allow(Role.VOLUNTEER)
def profile() -> Reply:
    """What is done, what is missing, and what happens next."""
    if not queries.has_profile(viewer()):
        return page("volunteers/start.html")
    found = queries.get_my_profile(viewer())
    gaps, settings = rules.list_gaps(found.answers), check_queries.get_requirements()
    needed = rules.get_needed_kinds(settings, regulator=found.answers.regulator)
    return page(
        "volunteers/profile.html",
        profile=found,
        volunteer=found.volunteer,
        checks=[check for check in queries.list_checks(found.volunteer) if check.kind in needed],
        guidance={kind: settings[kind].guidance for kind in needed},
        gaps=gaps,
        filled=_filled(found),
        pages={part: url_for(f".{part.value}") for part in ProfileSection},
        next_words=NEXT_STEPS[found.volunteer.state],
        can_send=rules.can_send(found.volunteer.state) and rules.complete(gaps),
        must_send=rules.can_send(found.volunteer.state),
        can_pause=found.volunteer.state in rules.PAUSABLE_STATES,
        can_come_back=found.volunteer.state is VolunteerState.PAUSED,
    )


def _filled(found: queries.Profile) -> dict[ProfileSection, str]:
    """What each section says, in one line."""
    one, tree, skills = found.volunteer, vocabulary.vocabulary().specialties, vocabulary.vocabulary().skills
    work = [one.profession.name if one.profession else "", one.employer.name if one.employer else ""]
    return {
        ProfileSection.WORK: ", ".join(word for word in work if word),
        ProfileSection.SPECIALTIES: ", ".join(tree[code].name for code in found.specialties),
        ProfileSection.SKILLS: ", ".join(skills[code].name for code, _level in found.skills),
        ProfileSection.LANGUAGES: ", ".join(vocabulary.language_name(code) for code, _level in found.languages),
        ProfileSection.AVAILABILITY: pages.hours(one.weekly_minutes) if one.weekly_minutes else "",
        ProfileSection.GOALS: ", ".join(map(pages.label, found.goals))
        or (_("Written") if one.learning_goals or one.experience else ""),
        ProfileSection.MANAGER: one.manager_name or "",
    }


@bp.post("/profile/start")
@allow(Role.VOLUNTEER)
def start() -> Reply:
    """Begin the profile of somebody who was given the role later."""
    service.start_profile(accounts.get_account(viewer().account_id), now=now())
    return finish(url_for(".profile"))


@bp.route("/profile/send", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def send() -> Reply:
    """Send the profile for checks, after a last look."""
    found = queries.get_my_profile(viewer())
    form = SendProfileForm.bind()
    if form.accepted():
        with form.refusals():
            if not rules.can_send(found.volunteer.state):
                raise DomainError(_("Your profile was sent already."))
            service.send_for_checks(found.volunteer, actor=viewer(), now=now())
            return finish(url_for(".profile"), _("Your profile is on its way to the coordinator. Thank you."))
        found = queries.get_my_profile(viewer())
    gaps = rules.list_gaps(found.answers)
    return page(
        "volunteers/send.html",
        form=form,
        gaps={url_for(f".{part.value}"): gap for part, gap in gaps.items() if gap},
        must_send=rules.can_send(found.volunteer.state),
        complete=rules.complete(gaps),
        next_words=NEXT_STEPS[found.volunteer.state],
    )


@bp.post("/profile/pause")
@allow(Role.VOLUNTEER)
def pause() -> Reply:
    """Take a break."""
    service.pause(queries.get_mine(viewer()), actor=viewer(), now=now())
    return finish(url_for(".profile"), _("You are paused. Come back whenever you like."))


@bp.post("/profile/come-back")
@allow(Role.VOLUNTEER)
def end_pause() -> Reply:
    """End the break."""
    service.resume(queries.get_mine(viewer()), actor=viewer(), now=now())
    return finish(url_for(".profile"), _("Welcome back."))
