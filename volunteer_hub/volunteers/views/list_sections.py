"""The sections that consist of a list: languages, specialties, skills."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.vocabulary import picker
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.labels import LABELS as LEVELS
from volunteer_hub.vocabulary.states import SkillLevel
from volunteer_hub.volunteers import queries, service
from volunteer_hub.volunteers.forms import VolunteerLanguageForm
from volunteer_hub.volunteers.views.base import bp


@bp.route("/profile/languages", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def languages() -> Reply:
    """List the languages with their levels, and add one or change its level."""
    profile = queries.get_my_profile(viewer())
    form = VolunteerLanguageForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            code, level = form.language.data, form.level.data
            service.set_language(profile.volunteer, code, level=level, actor=viewer(), now=now())
            return finish(url_for("volunteers.languages"), _("%(name)s is saved.", name=vocabulary.language_name(code)))
    known = [(code, vocabulary.language_name(code), level) for code, level in profile.languages]
    return page("volunteers/languages.html", form=form, languages=known)


@bp.post("/profile/languages/<code>/remove")
@allow(Role.VOLUNTEER)
def remove_language(code: str) -> Reply:
    """Remove a language."""
    service.remove_language(queries.get_mine(viewer()), code, actor=viewer(), now=now())
    return finish(url_for("volunteers.languages"), _("The language is removed."))


@bp.route("/profile/specialties", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def specialties() -> Reply:
    """List the specialties, and search for one to add."""
    terms, form = vocabulary.vocabulary().specialties, ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            code = picker.read_code()
            service.add_specialty(queries.get_mine(viewer()), code, actor=viewer(), now=now())
            return finish(picker.same_search("volunteers.specialties"), _("%(name)s is added.", name=terms[code].name))
    profile = queries.get_my_profile(viewer())
    chosen = [(code, vocabulary.path_name(terms, terms[code])) for code in profile.specialties]
    search = picker.search_terms(terms, profile.specialties)
    return page("volunteers/specialties.html", form=form, chosen=chosen, search=search)


@bp.post("/profile/specialties/<code>/remove")
@allow(Role.VOLUNTEER)
def remove_specialty(code: str) -> Reply:
    """Remove a specialty."""
    service.remove_specialty(queries.get_mine(viewer()), code, actor=viewer(), now=now())
    return finish(url_for("volunteers.specialties"), _("The specialty is removed."))


@bp.route("/profile/skills", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def skills() -> Reply:
    """List the skills with their levels, and search for one to add or change its level."""
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            code = picker.read_code()
            service.set_skill(queries.get_mine(viewer()), code, level=_read_level(), actor=viewer(), now=now())
            message = _("%(name)s is saved.", name=vocabulary.skill_name(code))
            return finish(picker.same_search("volunteers.skills"), message)
    profile, terms = queries.get_my_profile(viewer()), vocabulary.vocabulary().skills
    chosen = [(code, vocabulary.path_name(terms, terms[code]), level) for code, level in profile.skills]
    levels = [(level.value, LEVELS[level]) for level in SkillLevel]
    search = picker.search_terms(terms, [code for code, _level in profile.skills])
    return page("volunteers/skills.html", form=form, chosen=chosen, search=search, levels=levels)


def _read_level() -> SkillLevel:
    """Return the level chosen beside a skill. Raises DomainError if there is none."""
    chosen = picker.read_select("level")
    if chosen not in set(SkillLevel):
        raise DomainError(_("Choose how well you command the skill, then add it."), code="level_not_chosen")
    return SkillLevel(chosen)


@bp.post("/profile/skills/<code>/remove")
@allow(Role.VOLUNTEER)
def remove_skill(code: str) -> Reply:
    """Remove a skill."""
    service.remove_skill(queries.get_mine(viewer()), code, actor=viewer(), now=now())
    return finish(url_for("volunteers.skills"), _("The skill is removed."))
