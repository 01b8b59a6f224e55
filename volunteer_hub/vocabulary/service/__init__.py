"""Service functions of the vocabulary: loading the reference data and curating the skills tree."""

from __future__ import annotations

from volunteer_hub.vocabulary.service.curation import add_skill, change_skill, merge, restore, retire
from volunteer_hub.vocabulary.service.reference_data import load_reference

__all__ = [
    "add_skill",
    "change_skill",
    "load_reference",
    "merge",
    "restore",
    "retire",
]
