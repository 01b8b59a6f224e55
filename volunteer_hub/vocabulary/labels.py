"""Labels of levels, kinds of support and audit actions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel, SupportKind

LABELS = {
    SkillLevel.SUPPORTED: _l("With support"),
    SkillLevel.INDEPENDENT: _l("Independently"),
    SkillLevel.TEACHES: _l("Can teach it"),
    LanguageLevel.A1: _l("A1 beginner"),
    LanguageLevel.A2: _l("A2 elementary"),
    LanguageLevel.B1: _l("B1 intermediate"),
    LanguageLevel.B2: _l("B2 can work in it"),
    LanguageLevel.C1: _l("C1 advanced"),
    LanguageLevel.C2: _l("C2 mastery"),
    LanguageLevel.NATIVE: _l("Mother tongue"),
    SupportKind.TEACHING: _l("Teaching"),
    SupportKind.MENTORING: _l("Mentoring"),
    SupportKind.CASE_DISCUSSION: _l("Case-based discussion"),
    SupportKind.QUALITY_IMPROVEMENT: _l("Quality improvement"),
    SupportKind.GUIDELINE: _l("Guideline or protocol"),
    SupportKind.CURRICULUM: _l("Curriculum"),
    SupportKind.MATERIALS: _l("Review of materials"),
    SupportKind.LEADERSHIP: _l("Management and leadership"),
    SupportKind.RESEARCH: _l("Research"),
    SupportKind.BIOMEDICAL: _l("Biomedical engineering and IT"),
}
TONES: dict[SkillLevel, str] = {}
ACTIONS = {
    "skill.added": _l("added the skill"),
    "skill.changed": _l("changed the name or the synonyms"),
    "skill.retired": _l("retired the skill"),
    "skill.brought_back": _l("brought the skill back"),
    "skill.merged": _l("merged the skill into another"),
}
