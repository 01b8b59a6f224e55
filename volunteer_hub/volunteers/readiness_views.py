"""The coordinator's pages: who waits for which check, one volunteer, one check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import SimpleNamespace

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit
from volunteer_hub.core import pages
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import Conflict, NotFound
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.volunteers import check_queries, queries, rules, service
from volunteer_hub.volunteers.forms import CheckForm, build_passed_checks_form, section_row
from volunteer_hub.volunteers.labels import CHECK_HELP
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.rules import Requirement
from volunteer_hub.volunteers.states import CheckKind, VolunteerState

bp = Blueprint("readiness", __name__, url_prefix="/readiness")
Reply = Response | tuple[str, int]
ALL = "all"


@bp.get("/")
@allow(Role.COORDINATOR)
def index() -> Reply:
    """Volunteers by state, the longest registered first; those in checks unless asked otherwise."""
    today = now().date()
    show = request.args.get("state", VolunteerState.CHECKING.value)
    if show not in {*VolunteerState, queries.EXPIRING, ALL}:
        show = VolunteerState.CHECKING.value
    search = request.args.get("q", "")[:100]
    asked = "" if show == ALL else show
    skill = vocabulary.find_skill(request.args.get("skill", ""))
    code, key = skill.code if skill else "", request.args.get("after")
    found = queries.list_volunteers(show=asked, search=search, skill=code, key=key, today=today)
    settings = check_queries.get_requirements()
    return page(
        "volunteers/readiness_index.html",
        found=found,
        show=show,
        search=search,
        skill=skill,
        filters=_filters(queries.count_by_state(today=today)),
        open_checks={line.volunteer.id: _open(line, settings, today) for line in found.rows},
    )


def _filters(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """(value, words, number) of each filter."""
    states = [(state.value, pages.label(state), counts.get(state.value, 0)) for state in VolunteerState]
    everybody = sum(number for _value, _words, number in states)
    soon = (queries.EXPIRING, _("A check runs out within 60 days"), counts[queries.EXPIRING])
    return [*states, soon, (ALL, _("Everybody"), everybody)]


def _open(
    line: queries.VolunteerSummary, settings: Mapping[CheckKind, Requirement], today: dt.date
) -> dict[str, list[queries.CheckSummary]]:
    """The needed checks of a volunteer that want work: missing ones, those run out, those that soon will."""
    needed = _needed(line.volunteer, settings)
    checks = [check for check in line.checks if check.kind in needed]
    return {
        "waiting": [c for c in checks if not rules.is_satisfied(c, today) and not rules.is_expired(c, today)],
        "expired": [check for check in checks if rules.is_expired(check, today)],
        "soon": [check for check in checks if rules.expires_soon(check, today)],
    }


def _needed(volunteer: Volunteer, settings: Mapping[CheckKind, Requirement]) -> frozenset[CheckKind]:
    regulator = volunteer.profession.regulator if volunteer.profession else None
    return rules.get_needed_kinds(settings, regulator=regulator)


def _help(settings: Mapping[CheckKind, Requirement]) -> dict[CheckKind, str]:
    """What the coordinator reads beside each check: the programme's own guidance, or the usual words."""
    return {kind: settings[kind].guidance or str(CHECK_HELP[kind]) for kind in CheckKind}


@bp.get("/<id:volunteer_id>")
@allow(Role.COORDINATOR)
def show(volunteer_id: int) -> Reply:
    """One volunteer: profile, checks, history."""
    found = queries.get_profile(volunteer_id)
    checks = queries.list_checks(found.volunteer)
    history = audit.history(found.volunteer, *checks)
    words = vocabulary.vocabulary()
    needed = _needed(found.volunteer, check_queries.get_requirements())
    return page(
        "volunteers/readiness_show.html",
        profile=found,
        volunteer=found.volunteer,
        checks=checks,
        specialties=[words.specialties[code].name for code in found.specialties],
        skills=[(vocabulary.path_name(words.skills, words.skills[code]), level) for code, level in found.skills],
        languages=[(vocabulary.language_name(code), level) for code, level in found.languages],
        gaps=[gap for part in rules.list_gaps(found.answers).values() for gap in part],
        expired={check.kind for check in checks if rules.is_expired(check, now().date())},
        needed=needed,
        some_open=not all(rules.is_satisfied(check, now().date()) for check in checks if check.kind in needed),
        can_record=found.volunteer.account_id != viewer().account_id,
        history=history,
        names=accounts.names_by_id([entry.actor_id for entry in history]),
    )


@bp.route("/<id:volunteer_id>/checks/<kind>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def check(volunteer_id: int, kind: str) -> Reply:
    """Record what one check found."""
    if kind not in set(CheckKind):
        raise NotFound(_("There is no such check."))
    found = queries.get_check(volunteer_id, CheckKind(kind))
    row = section_row(found, "state", "evidence", "checked_on", "expires_on", "note")
    form = CheckForm.bind(row)
    settings, today = check_queries.get_requirements(), now().date()
    if request.method == "GET" and not rules.is_satisfied(found, today):
        form.checked_on.data = today
        form.expires_on.data = rules.last_valid_day(today, settings[found.kind].valid_months)
    differences = form.differences(row) if form.accepted() else []
    if request.method == "POST" and not form.errors and not differences:
        with form.refusals():
            service.record_check(
                found,
                state=form.state.data,
                evidence=form.evidence.data,
                checked_on=form.checked_on.data,
                expires_on=form.expires_on.data,
                note=form.note.data,
                actor=viewer(),
                now=now(),
            )
            said = _("%(check)s is recorded.", check=pages.label(found.kind))
            return finish(url_for(".show", volunteer_id=volunteer_id), said)
    return page(
        "volunteers/readiness_check.html",
        form=form,
        check=found,
        found=differences,
        help=_help(settings)[found.kind],
        status=409 if differences else 200,
    )


@bp.route("/<id:volunteer_id>/checks", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def checks(volunteer_id: int) -> Reply:
    """Record in one go every check that is met; one that is not has a page of its own."""
    found = queries.get_profile(volunteer_id).volunteer
    rows, settings, today = queries.list_checks(found), check_queries.get_requirements(), now().date()
    needed = _needed(found, settings)
    waiting = [row for row in rows if row.kind in needed and not rules.is_satisfied(row, today)]
    shown = [row for row in rows if row in waiting or f"state_{row.kind}" in request.form]
    kinds = [row.kind for row in shown]
    version = SimpleNamespace(version="-".join(str(row.version) for row in rows))
    proposed = {f"expires_on_{kind}": rules.last_valid_day(today, settings[kind].valid_months) for kind in kinds}
    form = build_passed_checks_form(kinds).bind(version, checked_on=today, **proposed)
    if form.accepted():
        with form.refusals():
            if form.overtaken(version):
                raise Conflict(_("Somebody recorded a check meanwhile. Look at what is there now, then save again."))
            findings = form.evidence_by_kind(kinds)
            service.record_passed_checks(found, findings, checked_on=form.checked_on.data, actor=viewer(), now=now())
            return finish(url_for(".show", volunteer_id=volunteer_id), _("The checks are recorded."))
    return page(
        "volunteers/readiness_passed_checks.html", form=form, volunteer=found, checks=shown, help=_help(settings)
    )
