"""The profile as a whole: its sections and checks, sending it, pausing and resuming."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core import template_filters
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.volunteers import check_queries, queries, rules, service
from volunteer_hub.volunteers.labels import NEXT_STEPS
from volunteer_hub.volunteers.states import ProfileSection
from volunteer_hub.volunteers.views.base import bp


@bp.get("/profile")
@allow(Role.VOLUNTEER)
def profile() -> Reply:
    """Show the sections of the profile with their gaps, the checks and the next step."""
    if not queries.has_profile(viewer()):
        return page("volunteers/start.html")
    profile = queries.get_my_profile(viewer())
    volunteer = profile.volunteer
    gaps, requirements = rules.list_gaps(profile.answers), check_queries.get_requirements()
    needed = rules.get_needed_kinds(requirements, regulator=profile.answers.regulator)
    return page(
        "volunteers/profile.html",
        profile=profile,
        volunteer=volunteer,
        checks=[check for check in queries.list_checks(volunteer) if check.kind in needed],
        guidance={kind: requirements[kind].guidance for kind in needed},
        gaps=gaps,
        summaries=_summarise(profile),
        pages={part: url_for(f"volunteers.{part.value}") for part in ProfileSection},
        next_step=NEXT_STEPS[volunteer.state],
        can_send=rules.can_send(volunteer.state) and rules.is_complete(gaps),
        can_pause=rules.can_pause(volunteer.state),
        can_resume=rules.can_resume(volunteer.state),
    )


def _summarise(profile: queries.Profile) -> dict[ProfileSection, str]:
    """The contents of each section in one line; empty when there are none."""
    volunteer, terms = profile.volunteer, vocabulary.vocabulary()
    work = [
        volunteer.profession.name if volunteer.profession else "",
        volunteer.employer.name if volunteer.employer else "",
    ]
    return {
        ProfileSection.WORK: ", ".join(name for name in work if name),
        ProfileSection.SPECIALTIES: ", ".join(terms.specialties[code].name for code in profile.specialties),
        ProfileSection.SKILLS: ", ".join(terms.skills[code].name for code, _level in profile.skills),
        ProfileSection.LANGUAGES: ", ".join(vocabulary.language_name(code) for code, _level in profile.languages),
        ProfileSection.AVAILABILITY: template_filters.hours(volunteer.weekly_minutes)
        if volunteer.weekly_minutes
        else "",
        ProfileSection.GOALS: ", ".join(map(template_filters.label, profile.goals))
        or (_("Written") if volunteer.learning_goals or volunteer.experience else ""),
        ProfileSection.MANAGER: volunteer.manager_name or "",
    }


@bp.post("/profile/start")
@allow(Role.VOLUNTEER)
def start() -> Reply:
    """Create the profile of a user who was given the role after registration."""
    service.start_profile(accounts.get_account(viewer().account_id), now=now())
    return finish(url_for("volunteers.profile"))


@bp.route("/profile/send", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def send() -> Reply:
    """Send the profile for checks, after a confirmation page."""
    profile = queries.get_my_profile(viewer())
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            if not rules.can_send(profile.volunteer.state):
                raise DomainError(_("Your profile was sent already."), code="profile_already_sent")
            service.send_for_checks(profile.volunteer, actor=viewer(), now=now())
            return finish(url_for("volunteers.profile"), _("Your profile is on its way to the coordinator. Thank you."))
        profile = queries.get_my_profile(viewer())
    gaps = rules.list_gaps(profile.answers)
    return page(
        "volunteers/send.html",
        form=form,
        gaps={url_for(f"volunteers.{part.value}"): gap for part, gap in gaps.items() if gap},
        can_send=rules.can_send(profile.volunteer.state),
        is_complete=rules.is_complete(gaps),
        next_step=NEXT_STEPS[profile.volunteer.state],
    )


@bp.post("/profile/pause")
@allow(Role.VOLUNTEER)
def pause() -> Reply:
    """Pause the viewer's own volunteering."""
    service.pause(queries.get_mine(viewer()), actor=viewer(), now=now())
    return finish(url_for("volunteers.profile"), _("You are paused. Come back whenever you like."))


@bp.post("/profile/come-back")
@allow(Role.VOLUNTEER)
def end_pause() -> Reply:
    """End the viewer's own pause."""
    service.resume(queries.get_mine(viewer()), actor=viewer(), now=now())
    return finish(url_for("volunteers.profile"), _("Welcome back."))
