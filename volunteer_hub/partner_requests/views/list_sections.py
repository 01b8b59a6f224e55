"""The sections that are lists: skills, languages, times of the week."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.partner_requests import queries, service
from volunteer_hub.partner_requests.forms import RequestLanguageForm, RequestSkillForm, RequestWindowForm
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import Action
from volunteer_hub.partner_requests.views.base import PARTNER_SIDE, Reply, bp, load
from volunteer_hub.vocabulary import queries as vocabulary


@bp.route("/<id:request_id>/skills", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def skills(request_id: int) -> Reply:
    """The skills asked for, and a search for more that needs no JavaScript."""
    ask = load(request_id, Action.EDIT)
    text, under = request.args.get("q", "")[:100], request.args.get("under", "")
    form = RequestSkillForm.bind()
    form.code.options = choices = _choices(text, under)
    form.process_choices("code")
    if form.accepted():
        with form.refusals():
            required = form.need.data == "required"
            service.add_skill(ask, form.code.data, level=form.level.data, required=required, actor=viewer(), now=now())
            return finish(
                url_for(".skills", request_id=ask.id), _("“%(name)s” is added.", name=dict(choices)[form.code.data])
            )
        ask = load(request_id, Action.EDIT)
    narrower = [pair for pair in choices if vocabulary.list_children(vocabulary.vocabulary().skills, pair[0])]
    return _page(
        "skills", ask, form=form, text=text, searched=bool(text.strip()), under=under, found=choices, narrower=narrower
    )


def _choices(text: str, under: str) -> list[tuple[str, str]]:
    """The skills that answer a search, those below one, or the top of the tree: (code, path of names)."""
    known = vocabulary.vocabulary().skills
    words = vocabulary.list_with_children(known, under) or vocabulary.search(known, text)
    return [(word.code, vocabulary.path_name(known, word)) for word in words]


@bp.post("/<id:request_id>/skills/<code>/remove")
@allow(*PARTNER_SIDE)
def remove_skill(request_id: int, code: str) -> Reply:
    """Ask for a skill no longer."""
    ask = load(request_id, Action.EDIT)
    service.remove_skill(ask, code, actor=viewer(), now=now())
    return finish(url_for(".skills", request_id=ask.id), _("The skill is removed."))


@bp.route("/<id:request_id>/languages", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def languages(request_id: int) -> Reply:
    """The languages in which the work can be done."""
    ask = load(request_id, Action.EDIT)
    form = RequestLanguageForm.bind()
    if form.accepted():
        service.add_language(ask, form.language.data, level=form.level.data, actor=viewer(), now=now())
        return finish(url_for(".languages", request_id=ask.id), _("The language is added."))
    return _page("languages", ask, form=form)


@bp.post("/<id:request_id>/languages/<language>/remove")
@allow(*PARTNER_SIDE)
def remove_language(request_id: int, language: str) -> Reply:
    """Name a language no longer."""
    ask = load(request_id, Action.EDIT)
    service.remove_language(ask, language, actor=viewer(), now=now())
    return finish(url_for(".languages", request_id=ask.id), _("The language is removed."))


@bp.route("/<id:request_id>/windows", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def windows(request_id: int) -> Reply:
    """The times of the week that suit the hospital, on its clock."""
    ask = load(request_id, Action.EDIT)
    form = RequestWindowForm.bind()
    if form.accepted():
        with form.refusals():
            days = [int(day) for day in form.weekdays.data]
            service.add_windows(ask, weekdays=days, start=form.start.data, end=form.end.data, actor=viewer(), now=now())
            return finish(url_for(".windows", request_id=ask.id), _("The times are added."))
        ask = load(request_id, Action.EDIT)
    return _page("windows", ask, form=form)


@bp.post("/<id:request_id>/windows/<id:window_id>/remove")
@allow(*PARTNER_SIDE)
def remove_window(request_id: int, window_id: int) -> Reply:
    """Take a time away."""
    ask = load(request_id, Action.EDIT)
    service.remove_window(ask, window_id, actor=viewer(), now=now())
    return finish(url_for(".windows", request_id=ask.id), _("The time is removed."))


def _page(section: str, ask: PartnerRequest, **context: object) -> Reply:
    shown = queries.describe(ask, locale=viewer().locale)
    return page(f"partner_requests/section_{section}.html", ask=ask, shown=shown, **context)  # type: ignore[arg-type]
