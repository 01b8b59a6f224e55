"""The coordinator's pages of readiness: the list, one volunteer, one check, several checks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import SimpleNamespace

from flask import request, url_for
from flask_babel import gettext as _

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit
from volunteer_hub.core import template_filters
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.errors import Conflict, NotFound
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.volunteers import check_queries, queries, rules, service
from volunteer_hub.volunteers.forms import CheckForm, build_passed_checks_form, section_row
from volunteer_hub.volunteers.labels import CHECK_HELP
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.rules import Requirement
from volunteer_hub.volunteers.states import CheckKind, VolunteerState
from volunteer_hub.volunteers.views.base import bp

ALL = "all"
"""The value of the list's state filter that stands for all states."""


@bp.get("/readiness/")
@allow(Role.COORDINATOR)
def readiness_queue() -> Reply:
    """List volunteers by state, the earliest registered first; by default those in checks."""
    today = today_for()
    show = query_values().text("state") or VolunteerState.CHECKING.value
    if show not in {*VolunteerState, queries.EXPIRING, ALL}:
        show = VolunteerState.CHECKING.value
    search, skill = query_values().text("q"), vocabulary.find_skill(query_values().text("skill"))
    state, code = "" if show == ALL else show, skill.code if skill else ""
    volunteers = queries.list_volunteers(
        show=state, search=search, skill=code, key=query_values().page_key, today=today
    )
    requirements = check_queries.get_requirements()
    return page(
        "volunteers/readiness_index.html",
        volunteers=volunteers,
        show=show,
        search=search,
        skill=skill,
        filters=_filters(queries.count_by_state(today=today)),
        open_checks={summary.volunteer.id: _open_checks(summary, requirements, today) for summary in volunteers.rows},
    )


def _filters(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """(value, label, number of volunteers) of each option of the state filter."""
    states = [(state.value, template_filters.label(state), counts.get(state.value, 0)) for state in VolunteerState]
    everybody = sum(number for _value, _label, number in states)
    soon = (queries.EXPIRING, _("A check runs out within 60 days"), counts[queries.EXPIRING])
    return [*states, soon, (ALL, _("Everybody"), everybody)]


def _open_checks(
    summary: queries.VolunteerSummary, requirements: Mapping[CheckKind, Requirement], today: dt.date
) -> dict[str, list[queries.CheckSummary]]:
    """The volunteer's needed checks that require work: not met yet, expired, or expiring soon."""
    needed = _get_needed_kinds(summary.volunteer, requirements)
    checks = [check for check in summary.checks if check.kind in needed]
    return {
        "waiting": [c for c in checks if not rules.is_satisfied(c, today) and not rules.is_expired(c, today)],
        "expired": [check for check in checks if rules.is_expired(check, today)],
        "soon": [check for check in checks if rules.expires_soon(check, today)],
    }


def _get_needed_kinds(volunteer: Volunteer, requirements: Mapping[CheckKind, Requirement]) -> frozenset[CheckKind]:
    regulator = volunteer.profession.regulator if volunteer.profession else None
    return rules.get_needed_kinds(requirements, regulator=regulator)


def _help(requirements: Mapping[CheckKind, Requirement]) -> dict[CheckKind, str]:
    """The text beside each check: the programme's guidance, or the default help."""
    return {kind: requirements[kind].guidance or str(CHECK_HELP[kind]) for kind in CheckKind}


@bp.get("/readiness/<id:volunteer_id>")
@allow(Role.COORDINATOR)
def readiness(volunteer_id: int) -> Reply:
    """Show one volunteer with profile, checks and history."""
    profile = queries.get_profile(volunteer_id)
    checks = queries.list_checks(profile.volunteer)
    history = audit.list_history(profile.volunteer, *checks)
    terms = vocabulary.vocabulary()
    needed = _get_needed_kinds(profile.volunteer, check_queries.get_requirements())
    return page(
        "volunteers/readiness_show.html",
        profile=profile,
        volunteer=profile.volunteer,
        checks=checks,
        specialties=[terms.specialties[code].name for code in profile.specialties],
        skills=[(vocabulary.path_name(terms.skills, terms.skills[code]), level) for code, level in profile.skills],
        languages=[(vocabulary.language_name(code), level) for code, level in profile.languages],
        gaps=[gap for gaps in rules.list_gaps(profile.answers).values() for gap in gaps],
        expired={check.kind for check in checks if rules.is_expired(check, today_for())},
        needed=needed,
        has_open_checks=not all(rules.is_satisfied(check, today_for()) for check in checks if check.kind in needed),
        can_record=profile.volunteer.account_id != viewer().account_id,
        history=history,
        names=accounts.names_by_id([entry.actor_id for entry in history]),
    )


@bp.route("/readiness/<id:volunteer_id>/checks/<kind>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def check(volunteer_id: int, kind: str) -> Reply:
    """Record the result of one check."""
    if kind not in set(CheckKind):
        raise NotFound(_("There is no such check."), code="check_not_found")
    check_row = queries.get_check(volunteer_id, CheckKind(kind))
    row = section_row(check_row, "state", "evidence", "checked_on", "expires_on", "note")
    form = CheckForm.bind(row)
    requirements, today = check_queries.get_requirements(), today_for()
    if request.method == "GET" and not rules.is_satisfied(check_row, today):
        form.checked_on.data = today
        form.expires_on.data = rules.last_valid_day(today, requirements[check_row.kind].valid_months)
    conflicts = form.differences(row) if form.validate_on_submit() else []
    if request.method == "POST" and not form.errors and not conflicts:
        with form.catch_domain_errors():
            service.record_check(
                check_row,
                state=form.state.data,
                evidence=form.evidence.data,
                checked_on=form.checked_on.data,
                expires_on=form.expires_on.data,
                note=form.note.data,
                actor=viewer(),
                now=now(),
            )
            notice = _("%(check)s is recorded.", check=template_filters.label(check_row.kind))
            return finish(url_for("volunteers.readiness", volunteer_id=volunteer_id), notice)
    return page(
        "volunteers/readiness_check.html",
        form=form,
        check=check_row,
        conflicts=conflicts,
        help=_help(requirements)[check_row.kind],
        status=409 if conflicts else 200,
    )


@bp.route("/readiness/<id:volunteer_id>/checks", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def checks(volunteer_id: int) -> Reply:
    """Record several checks that are met together; a check that is not met has a page of its own."""
    volunteer = queries.get_profile(volunteer_id).volunteer
    rows, requirements, today = queries.list_checks(volunteer), check_queries.get_requirements(), today_for()
    needed = _get_needed_kinds(volunteer, requirements)
    waiting = [row for row in rows if row.kind in needed and not rules.is_satisfied(row, today)]
    on_page = [row for row in rows if row in waiting or f"state_{row.kind}" in request.form]
    kinds = [row.kind for row in on_page]
    version = SimpleNamespace(version="-".join(str(row.version) for row in rows))
    last_days = {f"expires_on_{kind}": rules.last_valid_day(today, requirements[kind].valid_months) for kind in kinds}
    form = build_passed_checks_form(kinds).bind(version, checked_on=today, **last_days)
    if form.validate_on_submit():
        with form.catch_domain_errors():
            if form.has_conflicting_edit(version):
                raise Conflict(
                    _("Somebody recorded a check meanwhile. Look at what is there now, then save again."),
                    code="check_recorded_meanwhile",
                )
            evidence = form.evidence_by_kind(kinds)
            service.record_passed_checks(
                volunteer, evidence, checked_on=form.checked_on.data, actor=viewer(), now=now()
            )
            return finish(url_for("volunteers.readiness", volunteer_id=volunteer_id), _("The checks are recorded."))
    return page(
        "volunteers/readiness_passed_checks.html",
        form=form,
        volunteer=volunteer,
        checks=on_page,
        help=_help(requirements),
    )
