"""Forms of the skills tree."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import SingleChoiceField, TextAreaField, TextInputField
from volunteer_hub.core.forms import Form
from volunteer_hub.vocabulary.models import Skill


def skill_form_values(skill: Skill) -> SimpleNamespace:
    """Return the values of a skill for its form: one synonym per line, and a version that is a digest of the values."""
    answers = f"{skill.name}\n{skill.synonyms}"
    version = hashlib.sha256(answers.encode()).hexdigest()[:16]
    return SimpleNamespace(version=version, name=skill.name, synonyms=skill.synonyms.replace("|", "\n"))


class SkillNamesForm(Form):
    """Change the name and the synonyms of a skill."""

    name = TextInputField(_l("Name"), limit=120, missing=_l("Enter the skill’s name"))
    synonyms = TextAreaField(
        _l("Other names and abbreviations"),
        required=False,
        rows=6,
        limit=2000,
        hint=_l("One a line. People who search for one of them find this skill."),
    )


class NewSkillForm(SkillNamesForm):
    """Add a skill; `short_code` is the last part of its code."""

    short_code = TextInputField(
        _l("Short code"),
        required=False,
        limit=10,
        width="10",
        hint=_l("2 to 10 letters and digits, such as FOOT. Leave it empty and one is made from the name."),
    )


class RetireSkillForm(Form):
    """Retire a skill, with a reason."""

    reason = TextInputField(_l("Why"), limit=300, missing=_l("Say why in a few words; they stay in the history"))


class MergeSkillForm(Form):
    """Merge a skill into another. The view sets the chosen one as the only option."""

    into = SingleChoiceField(
        _l("Merge it into"), options=[], control="select", missing=_l("Choose the skill that stays")
    )
