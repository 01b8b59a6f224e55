"""Rules of names, synonyms and codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.core.errors import DomainError
from volunteer_hub.vocabulary import rules

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40)


def test_synonyms_are_tidied_and_unique() -> None:
    assert rules.parse_synonyms(" foot  care\nFoot Care|podiatry\n\n") == ("foot care", "podiatry")


@pytest.mark.parametrize("text", ["—", "a\n!!"])
def test_synonyms_refuse_names_without_letters(text: str) -> None:
    with pytest.raises(DomainError):
        rules.parse_synonyms(text)


def test_synonyms_refuse_too_many() -> None:
    with pytest.raises(DomainError):
        rules.parse_synonyms("\n".join(f"word {n}" for n in range(rules.MAX_SYNONYMS + 1)))


@given(NAMES, st.sets(st.sampled_from(["FOOTCARE", "FOOTCARE1", "XX"])))
def test_short_code_is_valid_and_free(name: str, taken: set[str]) -> None:
    code = rules.suggest_short_code(name, taken)
    assert rules.SHORT_CODE_PATTERN.fullmatch(code)
    assert code not in taken


def test_short_code_gets_a_number_if_taken() -> None:
    assert rules.suggest_short_code("Foot care", {"FOOTCARE"}) == "FOOTCARE1"
