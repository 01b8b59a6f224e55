"""The sections of a draft that are lists: skills, languages, weekly times."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.partner_requests import queries, service
from volunteer_hub.partner_requests.forms import RequestLanguageForm, RequestWindowForm
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import Action
from volunteer_hub.partner_requests.views.base import PARTNER_SIDE, bp, load
from volunteer_hub.vocabulary import picker
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.labels import LABELS as LEVELS
from volunteer_hub.vocabulary.states import SkillLevel


@bp.route("/requests/<id:request_id>/skills", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def skills(request_id: int) -> Reply:
    """List the request's skills, and search for one to add or change."""
    partner_request, form = load(request_id, Action.EDIT), ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            level, required = _read_level(), picker.read_select("need") == "required"
            code = picker.read_code()
            service.add_skill(partner_request, code, level=level, required=required, actor=viewer(), now=now())
            message = _("“%(name)s” is added.", name=vocabulary.skill_name(code))
            return finish(picker.same_search("partner_requests.skills", request_id=request_id), message)
        partner_request = load(request_id, Action.EDIT)
    search = picker.search_terms(vocabulary.vocabulary().skills, [skill.skill_code for skill in partner_request.skills])
    levels = [(level.value, LEVELS[level]) for level in SkillLevel]
    return _render("skills", partner_request, form=form, search=search, levels=levels)


def _read_level() -> SkillLevel:
    """Return the level chosen beside a skill. Raises DomainError if there is none."""
    chosen = picker.read_select("level")
    if chosen not in set(SkillLevel):
        raise DomainError(_("Choose a level"), code="required_level_not_chosen")
    return SkillLevel(chosen)


@bp.post("/requests/<id:request_id>/skills/<code>/remove")
@allow(*PARTNER_SIDE)
def remove_skill(request_id: int, code: str) -> Reply:
    """Remove a skill."""
    partner_request = load(request_id, Action.EDIT)
    service.remove_skill(partner_request, code, actor=viewer(), now=now())
    return finish(url_for("partner_requests.skills", request_id=partner_request.id), _("The skill is removed."))


@bp.route("/requests/<id:request_id>/languages", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def languages(request_id: int) -> Reply:
    """List the languages in which the work can be done, and add one."""
    partner_request = load(request_id, Action.EDIT)
    form = RequestLanguageForm.bind()
    if form.validate_on_submit():
        service.add_language(partner_request, form.language.data, level=form.level.data, actor=viewer(), now=now())
        return finish(url_for("partner_requests.languages", request_id=partner_request.id), _("The language is added."))
    return _render("languages", partner_request, form=form)


@bp.post("/requests/<id:request_id>/languages/<language>/remove")
@allow(*PARTNER_SIDE)
def remove_language(request_id: int, language: str) -> Reply:
    """Remove a language."""
    partner_request = load(request_id, Action.EDIT)
    service.remove_language(partner_request, language, actor=viewer(), now=now())
    return finish(url_for("partner_requests.languages", request_id=partner_request.id), _("The language is removed."))


@bp.route("/requests/<id:request_id>/windows", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def windows(request_id: int) -> Reply:
    """List the weekly times that suit the hospital, in its time zone, and add one."""
    partner_request = load(request_id, Action.EDIT)
    form = RequestWindowForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            days = [int(day) for day in form.weekdays.data]
            service.add_windows(
                partner_request, weekdays=days, start=form.start.data, end=form.end.data, actor=viewer(), now=now()
            )
            return finish(url_for("partner_requests.windows", request_id=partner_request.id), _("The times are added."))
        partner_request = load(request_id, Action.EDIT)
    return _render("windows", partner_request, form=form)


@bp.post("/requests/<id:request_id>/windows/<id:window_id>/remove")
@allow(*PARTNER_SIDE)
def remove_window(request_id: int, window_id: int) -> Reply:
    """Remove a weekly time."""
    partner_request = load(request_id, Action.EDIT)
    service.remove_window(partner_request, window_id, actor=viewer(), now=now())
    return finish(url_for("partner_requests.windows", request_id=partner_request.id), _("The time is removed."))


def _render(section: str, partner_request: PartnerRequest, **context: object) -> Reply:
    template = f"partner_requests/section_{section}.html"
    description = queries.describe(partner_request, locale=viewer().locale)
    return page(template, partner_request=partner_request, description=description, **context)  # type: ignore[arg-type]
