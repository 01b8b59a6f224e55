"""Levels of skills and languages, in rising order (a higher one satisfies a lower one), and kinds of support."""

from __future__ import annotations

import enum


class SkillLevel(enum.StrEnum):
    """How well a person commands a skill."""

    SUPPORTED = "supported"
    INDEPENDENT = "independent"
    TEACHES = "teaches"


class LanguageLevel(enum.StrEnum):
    """CEFR levels, and native."""

    A1 = "a1"
    A2 = "a2"
    B1 = "b1"
    B2 = "b2"
    C1 = "c1"
    C2 = "c2"
    NATIVE = "native"


class SupportKind(enum.StrEnum):
    """Kind of support that a partner requests. Advice on individual patients is deliberately not among them."""

    TEACHING = "teaching"
    MENTORING = "mentoring"
    CASE_DISCUSSION = "case_discussion"
    QUALITY_IMPROVEMENT = "quality_improvement"
    GUIDELINE = "guideline"
    CURRICULUM = "curriculum"
    MATERIALS = "materials"
    LEADERSHIP = "leadership"
    RESEARCH = "research"
    BIOMEDICAL = "biomedical"


SKILL_RANK = {level: rank for rank, level in enumerate(SkillLevel, 1)}
LANGUAGE_RANK = {level: rank for rank, level in enumerate(LanguageLevel, 1)}


def skill_level(rank: int) -> SkillLevel:
    """The level of a rank."""
    return list(SkillLevel)[rank - 1]


def language_level(rank: int) -> LanguageLevel:
    """The level of a rank."""
    return list(LanguageLevel)[rank - 1]
