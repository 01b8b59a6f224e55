"""The sections that consist of a form: work, availability, goals, line manager."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from flask import request, url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import Form
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.vocabulary.states import SupportKind
from volunteer_hub.volunteers import queries, service
from volunteer_hub.volunteers.forms import (
    AvailabilityForm,
    AvailabilityWindowForm,
    GoalsForm,
    ManagerForm,
    WorkForm,
    section_row,
)
from volunteer_hub.volunteers.states import ProfileSection
from volunteer_hub.volunteers.views.base import bp


def _edit(form: Form, row: SimpleNamespace, part: ProfileSection, save: Callable[[], None]) -> Reply:
    """Show or save one section; with a conflicting edit, show both versions (409)."""
    conflicts = []
    if form.validate_on_submit():
        conflicts = form.differences(row)
        if not conflicts:
            with form.catch_domain_errors():
                save()
                return finish(url_for("volunteers.profile"), _("Your answers are saved."))
    return page(
        f"volunteers/{part.value}.html", form=form, conflicts=conflicts, part=part, status=409 if conflicts else 200
    )


@bp.route("/profile/work", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def work() -> Reply:
    """Edit the section on profession, registration and employer."""
    volunteer = queries.get_mine(viewer())
    row = section_row(volunteer, "profession_code", "registration_number", "employer_id", "department", "band")
    form = WorkForm.bind(row)

    def save() -> None:
        service.save_work(
            volunteer,
            profession_code=form.profession_code.data,
            registration_number=form.registration_number.data,
            sure=bool(form.sure.data),
            employer_id=int(form.employer_id.data),
            department=form.department.data,
            band=form.band.data,
            actor=viewer(),
            now=now(),
        )

    return _edit(form, row, ProfileSection.WORK, save)


@bp.route("/profile/goals", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def goals() -> Reply:
    """Edit the section on learning goals and experience."""
    volunteer = queries.get_mine(viewer())
    row = section_row(
        volunteer, "learning_goals", "experience", goals=sorted(goal.kind.value for goal in volunteer.goals)
    )
    form = GoalsForm.bind(row)

    def save() -> None:
        service.save_goals(
            volunteer,
            goals=[SupportKind(kind) for kind in form.goals.data],
            learning_goals=form.learning_goals.data,
            experience=form.experience.data,
            actor=viewer(),
            now=now(),
        )

    return _edit(form, row, ProfileSection.GOALS, save)


@bp.route("/profile/manager", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def manager() -> Reply:
    """Edit the section on the line manager."""
    volunteer = queries.get_mine(viewer())
    row = section_row(volunteer, "manager_name", "manager_email")
    form = ManagerForm.bind(row)

    def save() -> None:
        service.set_line_manager(
            volunteer,
            manager_name=form.manager_name.data,
            manager_email=form.manager_email.data,
            actor=viewer(),
            now=now(),
        )

    return _edit(form, row, ProfileSection.MANAGER, save)


@bp.route("/profile/availability", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def availability() -> Reply:
    """Edit the section on hours per week, dates and time zone, and list the free times."""
    profile = queries.get_my_profile(viewer())
    volunteer = profile.volunteer
    row = section_row(
        volunteer, "weekly_minutes", "available_from_on", "available_until_on", time_zone=volunteer.account.time_zone
    )
    form = AvailabilityForm.bind(row)
    conflicts = form.differences(row) if form.validate_on_submit() else []
    if request.method == "POST" and not form.errors and not conflicts:
        with form.catch_domain_errors():
            service.save_availability(
                volunteer,
                weekly_minutes=form.weekly_minutes.data,
                available_from_on=form.available_from_on.data,
                available_until_on=form.available_until_on.data,
                time_zone=form.time_zone.data,
                actor=viewer(),
                now=now(),
            )
            return finish(url_for("volunteers.availability"), _("Your availability is saved."))
    status = 409 if conflicts else 200
    return page(
        "volunteers/availability.html",
        form=form,
        conflicts=conflicts,
        windows=profile.windows,
        zone=volunteer.account.time_zone,
        status=status,
    )


@bp.route("/profile/times", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def times() -> Reply:
    """Add a weekly free time."""
    volunteer = queries.get_mine(viewer())
    form = AvailabilityWindowForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.add_windows(
                volunteer,
                weekdays=[int(day) for day in form.weekdays.data],
                start=form.start.data,
                end=form.end.data,
                actor=viewer(),
                now=now(),
            )
            return finish(url_for("volunteers.availability"), _("Your free times are saved."))
    return page("volunteers/times.html", form=form)


@bp.post("/profile/times/<id:window_id>/remove")
@allow(Role.VOLUNTEER)
def remove_time(window_id: int) -> Reply:
    """Remove a weekly free time."""
    service.remove_window(queries.get_mine(viewer()), window_id, actor=viewer(), now=now())
    return finish(url_for("volunteers.availability"), _("The free time is removed."))
