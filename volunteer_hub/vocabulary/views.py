"""Pages about the skills tree: search, one skill, adding, changing, retiring, restoring, merging."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from volunteer_hub.audit import queries as audit
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.vocabulary import queries, references, rules, service
from volunteer_hub.vocabulary.forms import (
    MergeSkillForm,
    NewSkillForm,
    RetireSkillForm,
    SkillNamesForm,
    skill_form_values,
)
from volunteer_hub.vocabulary.models import Skill

bp = Blueprint("vocabulary", __name__)
MAX_SEARCH_RESULTS = 60


def _load(code: str) -> Skill:
    """Return the skill; for a POST with the lock of the tree, so that concurrent editors are serialised."""
    return queries.get_skill(code, locked=request.method == "POST")


@bp.get("/skills/")
@allow(Role.COORDINATOR, Role.ADMIN)
def index() -> Reply:
    """List the areas at the top, or the skills that a search finds; retired ones on request."""
    search, retired = query_values().text("q"), query_values().is_set("retired", "yes")
    known = queries.vocabulary().skills
    results = [
        (term, queries.path_name(known, term) if search else term.name, rules.parse_synonyms(term.synonyms))
        for term in queries.search(known, search, limit=MAX_SEARCH_RESULTS, retired=retired)
    ]
    below = {
        term.code: len(queries.list_children(known, term.code, retired=retired)) for term, _name, _synonyms in results
    }
    return page("vocabulary/index.html", results=results, below=below, search=search, retired=retired)


@bp.get("/skills/<code>")
@allow(Role.COORDINATOR, Role.ADMIN)
def show(code: str) -> Reply:
    """Show a skill's names, place in the tree, uses and history; for a merged one, the skill that stayed."""
    code = queries.resolve_code(queries.vocabulary().skills, code)
    skill = queries.get_skill(code)
    known = queries.vocabulary().skills
    history = queries.list_history(code)
    return page(
        "vocabulary/show.html",
        skill=skill,
        synonyms=rules.parse_synonyms(skill.synonyms),
        above=[known[ancestor] for ancestor in reversed(rules.self_and_ancestors(code)[1:]) if ancestor in known],
        below=queries.list_children(known, code, retired=True),
        merged=[term for term in known.values() if term.merged_into == code],
        references=references.count_references(code, viewer()),
        is_offered=skill.retired_at is None,
        history=history,
        names=audit.actor_names([entry.actor_id for entry in history]),
    )


@bp.route("/skills/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def new() -> Reply:
    """Add a skill below the one that `?under=` names, or an area at the top."""
    under = query_values().text("under")
    parent = queries.get_skill(under, locked=request.method == "POST") if under else None
    form = NewSkillForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            skill = service.add_skill(
                name=form.name.data,
                short_code=form.short_code.data,
                parent=parent,
                synonyms=form.synonyms.data or "",
                actor=viewer(),
                now=now(),
            )
            return finish(url_for("vocabulary.show", code=skill.code), _("“%(name)s” is added.", name=skill.name))
        parent = queries.get_skill(under) if under else None
    return page("vocabulary/new.html", form=form, parent=parent)


@bp.route("/skills/<code>/edit", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def edit(code: str) -> Reply:
    """Change the name and the synonyms; after a concurrent change both versions are shown."""
    skill = _load(code)
    row = skill_form_values(skill)
    form, conflicts = SkillNamesForm.bind(row), []
    if form.validate_on_submit():
        conflicts = form.differences(row)
        if not conflicts:
            with form.catch_domain_errors():
                synonyms = form.synonyms.data or ""
                service.change_skill(skill, name=form.name.data, synonyms=synonyms, actor=viewer(), now=now())
                return finish(url_for("vocabulary.show", code=code), _("The skill is saved."))
            skill = queries.get_skill(code)
    return page("vocabulary/edit.html", form=form, conflicts=conflicts, skill=skill, status=409 if conflicts else 200)


@bp.route("/skills/<code>/retire", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def retire(code: str) -> Reply:
    """Retire a skill, after showing what uses it."""
    skill, form = _load(code), RetireSkillForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.retire(skill, reason=form.reason.data, actor=viewer(), now=now())
            return finish(url_for("vocabulary.show", code=code), _("“%(name)s” is no longer offered.", name=skill.name))
        skill = queries.get_skill(code)
    return page(
        "vocabulary/retire.html", form=form, skill=skill, references=references.count_references(code, viewer())
    )


@bp.route("/skills/<code>/bring-back", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def restore(code: str) -> Reply:
    """Offer a retired skill again, after a confirmation page."""
    skill, form = _load(code), ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.restore(skill, actor=viewer(), now=now())
            return finish(url_for("vocabulary.show", code=code), _("“%(name)s” is offered again.", name=skill.name))
        skill = queries.get_skill(code)
    return page("vocabulary/restore.html", form=form, skill=skill)


@bp.route("/skills/<code>/merge", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def merge(code: str) -> Reply:
    """Merge a skill into another one: search for that, show what moves, confirm."""
    skill, form = _load(code), MergeSkillForm.bind()
    known = queries.vocabulary().skills
    search, chosen = query_values().text("q"), known.get(query_values().text("into"))
    form.into.options = [(chosen.code, queries.path_name(known, chosen))] if chosen else []
    form.process_choices("into")
    if chosen and request.method == "GET":
        form.into.data = chosen.code
    if form.validate_on_submit():
        with form.catch_domain_errors():
            into = queries.get_skill(form.into.data)
            moved = service.merge(skill, into, actor=viewer(), now=now())
            number = sum(count.moved + count.merged for count in moved.values())
            message = ngettext("Merged; %(num)s row moved.", "Merged; %(num)s rows moved.", number)
            return finish(url_for("vocabulary.show", code=into.code), message)
        skill = queries.get_skill(code)
    results = queries.search(known, search) if search and not chosen else []
    return page(
        "vocabulary/merge.html",
        form=form,
        skill=skill,
        chosen=chosen,
        chosen_name=queries.path_name(known, chosen) if chosen else "",
        search=search,
        results=[(term, queries.path_name(known, term)) for term in results if term.code != code],
        below=queries.list_children(known, code, retired=True),
        references=references.count_references(code, viewer()),
    )
