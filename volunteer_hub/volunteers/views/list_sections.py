"""The sections that are a list of words: languages, specialties, skills."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.labels import LABELS as LEVELS
from volunteer_hub.vocabulary.skill_search import SearchResult, search_or_browse
from volunteer_hub.vocabulary.states import SkillLevel
from volunteer_hub.volunteers import queries, service
from volunteer_hub.volunteers.forms import VolunteerLanguageForm
from volunteer_hub.volunteers.views.overview import Reply, bp


@bp.route("/profile/languages", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def languages() -> Reply:
    """Languages with their level."""
    found = queries.get_my_profile(viewer())
    form = VolunteerLanguageForm.bind()
    if form.accepted():
        with form.refusals():
            code, level = form.language.data, form.level.data
            service.set_language(found.volunteer, code, level=level, actor=viewer(), now=now())
            return finish(url_for(".languages"), _("%(name)s is saved.", name=vocabulary.language_name(code)))
    named = [(code, vocabulary.language_name(code), level) for code, level in found.languages]
    return page("volunteers/languages.html", form=form, languages=named)


@bp.post("/profile/languages/<code>/remove")
@allow(Role.VOLUNTEER)
def remove_language(code: str) -> Reply:
    """Remove a language."""
    service.remove_language(queries.get_mine(viewer()), code, actor=viewer(), now=now())
    return finish(url_for(".languages"), _("The language is removed."))


def _picked(words: dict[str, vocabulary.Term], chosen: list[str]) -> SearchResult:
    return search_or_browse(words, query=request.args.get("q", ""), under=request.args.get("under", ""), chosen=chosen)


def _here(endpoint: str) -> str:
    """The page of a picker again, with what was searched, so that several words are quickly added."""
    return url_for(endpoint, q=request.args.get("q") or None, under=request.args.get("under") or None)


@bp.route("/profile/specialties", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def specialties() -> Reply:
    """Specialties, from the tree."""
    words = vocabulary.vocabulary().specialties
    if request.method == "POST":
        code = request.form.get("code", "")
        service.add_specialty(queries.get_mine(viewer()), code, actor=viewer(), now=now())
        return finish(_here(".specialties"), _("%(name)s is added.", name=words[code].name))
    found = queries.get_my_profile(viewer())
    chosen = [(code, vocabulary.path_name(words, words[code])) for code in found.specialties]
    return page("volunteers/specialties.html", chosen=chosen, picked=_picked(words, [code for code, _name in chosen]))


@bp.post("/profile/specialties/<code>/remove")
@allow(Role.VOLUNTEER)
def remove_specialty(code: str) -> Reply:
    """Remove a specialty."""
    service.remove_specialty(queries.get_mine(viewer()), code, actor=viewer(), now=now())
    return finish(url_for(".specialties"), _("The specialty is removed."))


@bp.route("/profile/skills", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def skills() -> Reply:
    """Skills with their level, from the tree."""
    words = vocabulary.vocabulary().skills
    if request.method == "POST":
        code = request.form.get("code", "")
        service.set_skill(queries.get_mine(viewer()), code, level=_level(code), actor=viewer(), now=now())
        return finish(_here(".skills"), _("%(name)s is saved.", name=vocabulary.skill_name(code)))
    found = queries.get_my_profile(viewer())
    chosen = [(code, vocabulary.path_name(words, words[code]), level) for code, level in found.skills]
    levels = [(level.value, LEVELS[level]) for level in SkillLevel]
    picked = _picked(words, [code for code, _name, _held in chosen])
    return page("volunteers/skills.html", chosen=chosen, picked=picked, levels=levels)


def _level(code: str) -> SkillLevel:
    """The level chosen beside that word. Raises DomainError."""
    chosen = request.form.get(f"level-{code}", "")
    if chosen not in set(SkillLevel):
        raise DomainError(_("Choose how well you command the skill, then add it."))
    return SkillLevel(chosen)


@bp.post("/profile/skills/<code>/remove")
@allow(Role.VOLUNTEER)
def remove_skill(code: str) -> Reply:
    """Remove a skill."""
    service.remove_skill(queries.get_mine(viewer()), code, actor=viewer(), now=now())
    return finish(url_for(".skills"), _("The skill is removed."))
