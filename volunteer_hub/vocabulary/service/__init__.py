"""Loading the curated lists, and curating the skills tree. One verb per function."""

from __future__ import annotations

from volunteer_hub.vocabulary.service.curating import add_skill, bring_back, change_skill, merge, retire
from volunteer_hub.vocabulary.service.loading import load_reference

__all__ = ["add_skill", "bring_back", "change_skill", "load_reference", "merge", "retire"]
