"""Rules for the programme's own texts; every accepted text can be filled in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.core.errors import DomainError
from volunteer_hub.mail import wording_rules
from volunteer_hub.mail.wording_rules import TemplateMessage

DEAR = TemplateMessage("Dear %(name)s, answer by %(when)s.")
PIECES = st.sampled_from(
    ["%(name)s", "%(when)s", "%", "%%", "%s", "%(", "(name)s", "%(other)s", "Dear ", "\n", ":", "é"]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=12).map("".join))
def test_accepted_text_can_be_filled_in_and_has_every_value(typed: str) -> None:
    try:
        text = wording_rules.check_wording(DEAR, typed)
    except DomainError:
        return
    filled = text % {"name": "Ann-X", "when": "noon-Y"}
    assert "Ann-X" in filled
    assert "noon-Y" in filled


@given(st.text(max_size=60))
def test_texts_without_placeholders_are_used_unchanged(typed: str) -> None:
    try:
        text = wording_rules.check_wording(TemplateMessage("With kind regards"), typed)
    except DomainError:
        return
    assert text % {} == text


@pytest.mark.parametrize(
    ("message", "typed", "error"),
    [
        (DEAR, "", "Write something"),
        (DEAR, "Dear %(name)s.", "%(when)s"),
        (DEAR, "Dear %(name)s by %(when)s, %(title)s.", "cannot fill in %(title)s"),
        (DEAR, "Dear %(name)s by %(when)s, 100 %.", "per cent"),
        (DEAR, "Dear %(name)s by %(when)s" + "x" * 1000, "1,000 characters"),
        (DEAR, "Dear %(name)s by %(when)s: https://example.com", "addresses"),
        (TemplateMessage("Not this time", in_subject=True), "No\nnot now", "one line"),
        (TemplateMessage("Sign in", is_label=True), "Sign in: here", "before a colon"),
        (TemplateMessage("Sign in", is_label=True), "x" * 81, "before a colon"),
        (DEAR, "Dear %(name)s by %(when)s\x00", "control characters"),
    ],
)
def test_text_that_would_break_an_email_is_refused_with_the_reason(
    message: TemplateMessage, typed: str, error: str
) -> None:
    with pytest.raises(DomainError, match=re.escape(error)):
        wording_rules.check_wording(message, typed)


def test_placeholders_may_change_their_order() -> None:
    assert wording_rules.check_wording(DEAR, "By %(when)s, dear %(name)s.") == "By %(when)s, dear %(name)s."


def test_marks_surround_lines_and_keep_list_items() -> None:
    assert wording_rules.mark_own_text("One\n\n- two") == "\ue000One\ue001\n\n- \ue000two\ue001"
