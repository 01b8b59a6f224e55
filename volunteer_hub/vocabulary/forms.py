"""Forms of the skills tree."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import Block, Line, OneOf
from volunteer_hub.core.forms import Form
from volunteer_hub.vocabulary.models import Skill


def skill_form_values(skill: Skill) -> SimpleNamespace:
    """A skill as its form shows it: synonyms one a line; its version changes with the name and the synonyms."""
    answers = f"{skill.name}\n{skill.synonyms}"
    version = hashlib.sha256(answers.encode()).hexdigest()[:16]
    return SimpleNamespace(version=version, name=skill.name, synonyms=skill.synonyms.replace("|", "\n"))


class SkillNamesForm(Form):
    """The name and the other names of a skill."""

    name = Line(_l("Name"), limit=120, missing=_l("Enter the skill’s name"))
    synonyms = Block(
        _l("Other names and abbreviations"),
        required=False,
        rows=6,
        limit=2000,
        hint=_l("One a line. People who search for one of them find this skill."),
    )


class NewSkillForm(SkillNamesForm):
    """A new skill, with the last part of its code."""

    short_code = Line(
        _l("Short code"),
        required=False,
        limit=10,
        width="10",
        hint=_l("2 to 10 letters and digits, such as FOOT. Leave it empty and one is made from the name."),
    )


class RetireSkillForm(Form):
    """Why a skill is no longer offered."""

    reason = Line(_l("Why"), limit=300, missing=_l("Say why in a few words; they stay in the history"))


class MergeSkillForm(Form):
    """Into which skill. The view fills in the one that was chosen."""

    into = OneOf(_l("Merge it into"), options=[], control="select", missing=_l("Choose the skill that stays"))


class RestoreSkillForm(Form):
    """Only a button."""
