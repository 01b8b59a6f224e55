"""A refusal has a sentence that was looked up by gettext, and a code that names its reason and stays."""

from __future__ import annotations

import ast
import enum
import inspect
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, has_app_context
from flask_babel import Domain, force_locale, gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from tests.support.refusals import GETTEXT_FUNCTIONS, Refusal, Translation, list_refusals, read_refusals
from volunteer_hub.accounts.rules import check_password
from volunteer_hub.accounts.states import TokenPurpose
from volunteer_hub.core import errors, money, template_filters
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.fit import explain
from volunteer_hub.fit.rules import Gate
from volunteer_hub.hours.rules import check_loggable
from volunteer_hub.partner_requests.rules import RequestGap
from volunteer_hub.patient_data import labels
from volunteer_hub.placements.states import PlacementState

TEXT_FUNCTIONS = frozenset({template_filters.label, explain.explain_refusal, labels.advice})
"""Functions whose result may be a refusal's sentence. Each has a test below that gettext made it."""

STORED_TEXTS = {
    (
        "volunteer_hub/rounds/commands.py",
        "round_.failure",
    ): "rounds/runner.py and lifecycle.py stored it, looked up by gettext",
}
"""Expressions that may be a refusal's sentence, by path and source, and where their text comes from."""

CODE_VALUES: dict[tuple[str, str], type[enum.StrEnum]] = {
    ("volunteer_hub/accounts/service/roles.py", "TokenPurpose.INVITE"): TokenPurpose,
    ("volunteer_hub/accounts/service/tokens.py", "purpose"): TokenPurpose,
    ("volunteer_hub/accounts/service/tokens.py", "token_row.purpose"): TokenPurpose,
    ("volunteer_hub/matching/service/matches.py", "fit.failed_gates[0].gate.value"): Gate,
    ("volunteer_hub/placements/service/approval.py", "closed[0].gate.value"): Gate,
    ("volunteer_hub/partner_requests/service/lifecycle.py", "gap.value"): RequestGap,
}
"""Codes that are no literal, by path and source, and the enumeration whose values they are."""

CODES_WITH_SEVERAL_SENTENCES = {
    "hours_entry_changed": "says what the page was for: to confirm or to query",
    "hours_entry_closed": "the page refuses it before it is read, the service also says who can help",
    "parent_retired": "a new skill can stand elsewhere, an old one cannot",
    "programme_closed": "says what has to wait for the programme",
    "round_busy": "who started the other round is not known when both start at once",
    "unusual_registration_number": "a volunteer can insist, a file cannot",
}
SENTENCES_WITH_SEVERAL_CODES = {
    "This person still has work or duties here. End them or hand them over first.": "on the page an answer of 422, in the job a conflict",
}


@lru_cache(maxsize=1)
def refusals() -> list[Refusal]:
    return list_refusals(TEXT_FUNCTIONS, STORED_TEXTS)


def codes_of(refusal: Refusal) -> Iterable[str]:
    """Return the codes that a refusal may carry."""
    kind = CODE_VALUES.get((refusal.path, refusal.code))
    return [member.value for member in kind] if kind else [refusal.code]


def list_untranslated(refused: Iterable[Refusal]) -> list[str]:
    return [f"{r.path}:{r.line} {r.sentence}" for r in refused if not r.is_translated]


def list_without_code(refused: Iterable[Refusal]) -> list[str]:
    return [
        f"{r.path}:{r.line} {r.code}" for r in refused if not r.has_literal_code and (r.path, r.code) not in CODE_VALUES
    ]


def group_classes(refused: Iterable[Refusal]) -> dict[str, set[str]]:
    """Return the class names of each code that has several."""
    classes = defaultdict(set)
    for refusal in refused:
        for code in codes_of(refusal):
            classes[code].add(refusal.error_class.__name__)
    return {code: names for code, names in classes.items() if len(names) > 1}


def group_sentences(refused: Iterable[Refusal]) -> dict[str, set[str]]:
    """Return the sentences of each code that has several."""
    sentences = defaultdict(set)
    for refusal in refused:
        for code in codes_of(refusal):
            sentences[code].add(refusal.sentence)
    return {code: texts for code, texts in sentences.items() if len(texts) > 1}


def group_codes(refused: Iterable[Refusal]) -> dict[str, set[str]]:
    """Return the codes of each sentence that has several; codes that are values of an enumeration do not count."""
    codes = defaultdict(set)
    for refusal in refused:
        if refusal.has_literal_code:
            codes[refusal.sentence].add(refusal.code)
    return {sentence: names for sentence, names in codes.items() if len(names) > 1}


def test_every_refusal_goes_through_gettext() -> None:
    assert len(refusals()) > 370
    assert list_untranslated(refusals()) == [], "wrap the whole sentence: _(“... %(name)s ...”, name=...)"


def test_every_refusal_carries_a_code() -> None:
    assert list_without_code(refusals()) == [], "name the reason: code='seat_taken'"
    assert {(r.path, r.code) for r in refusals() if not r.has_literal_code} == set(CODE_VALUES)


def test_a_code_belongs_to_one_class() -> None:
    assert group_classes(refusals()) == {}


def test_a_code_has_one_sentence_or_a_reason_for_several() -> None:
    assert set(group_sentences(refusals())) == set(CODES_WITH_SEVERAL_SENTENCES)


def test_a_sentence_has_one_code_or_a_reason_for_several() -> None:
    assert set(group_codes(refusals())) == set(SENTENCES_WITH_SEVERAL_CODES)


def test_the_functions_that_make_sentences_use_gettext(bare_app: Flask) -> None:
    assert all(isinstance(text, LazyString) for text in template_filters.list_labels().values())
    assert all(isinstance(text, LazyString) for text in (*labels.STOP.values(), *labels.WARN.values()))
    assert list_untranslated_returns(explain.__file__, vars(explain)) == []


def list_untranslated_returns(file: str, namespace: Mapping[str, Any]) -> list[str]:
    """Return the functions behind GATE_TEXT that may yield a text that gettext did not make."""
    tree = ast.parse(Path(file).read_text())
    texts = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "GATE_TEXT"
    )
    assert isinstance(texts, ast.Dict)
    bodies = [value.body for value in texts.values if isinstance(value, ast.Lambda)]
    assert len(bodies) == len(Gate)
    called = {node.func.id for node in bodies if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    helpers = frozenset(namespace[name] for name in called if inspect.isfunction(namespace.get(name)))
    helpers -= frozenset(GETTEXT_FUNCTIONS)
    translation = Translation(namespace, helpers)
    returned = [
        node.value
        for helper in helpers
        for node in ast.walk(ast.parse(inspect.getsource(helper)))
        if isinstance(node, ast.Return) and node.value
    ]
    return [ast.unparse(node) for node in (*bodies, *returned) if not translation.covers(node)]


BAD = """
Conflict("A plain sentence.", code="plain")
Conflict(f"A sentence with {name}.", code="formatted")
Conflict(_("Glued to ") + name, code="glued")
Conflict(_(PLAIN), code="no_literal")
Conflict(PLAIN, code="plain_constant")
Conflict(message, code="local")
Conflict(_("A seat.") if seats else "Seats.", code="one_branch")
Conflict(_("A value for %(name)s is missing."), code="without_value")
Conflict(_("A value too many.", name=name), code="with_a_value")
errors.Conflict("By its module.", code="by_module")
Conflict(label, code="function")
"""
GOOD = """
Conflict(_("A sentence with %(name)s.", name=name), code="placeholder")
Conflict(LAZY, code="constant")
Conflict(LAZY or _("Another."), code="either")
Conflict(label(state).capitalize(), code="label")
ValueError("no refusal")
"""


def read(source: str) -> list[Refusal]:
    namespace = {
        "_": gettext,
        "errors": errors,
        "Conflict": Conflict,
        "DomainError": DomainError,
        "LAZY": lazy_gettext("A constant."),
        "PLAIN": "A constant.",
        "label": template_filters.label,
    }
    return list(read_refusals("bad.py", ast.parse(source), Translation(namespace, TEXT_FUNCTIONS)))


def test_control_each_way_around_gettext_is_found() -> None:
    assert len(list_untranslated(read(BAD))) == len(read(BAD)) == BAD.count("\n") - 1
    assert (len(read(GOOD)), list_untranslated(read(GOOD))) == (4, [])


@pytest.mark.parametrize("code", ["", ", code=reason", ', code="Seat taken"', ', code=f"seat_{n}"', ", code=None"])
def test_control_a_refusal_without_a_literal_code_is_found(code: str) -> None:
    assert len(list_without_code(read(f'Conflict(_("Taken."){code})'))) == 1
    assert list_without_code(read('Conflict(_("Taken."), code="seat_taken")')) == []


def test_control_a_code_or_sentence_used_twice_is_found() -> None:
    twice = read('Conflict(_("One."), code="a")\nDomainError(_("Two."), code="a")\nConflict(_("One."), code="b")')
    assert group_classes(twice) == {"a": {"Conflict", "DomainError"}}
    assert group_sentences(twice) == {"a": {"One.", "Two."}}
    assert group_codes(twice) == {"One.": {"a", "b"}}
    assert group_classes(twice[:1]) == group_sentences(twice[:1]) == group_codes(twice[:1]) == {}


def test_control_a_gate_whose_text_is_plain_is_found(tmp_path: Path) -> None:
    source = Path(explain.__file__).read_text()
    (tmp_path / "plain.py").write_text(source.replace('_("Not every readiness check', 'str("Not every readiness check'))
    assert len(list_untranslated_returns(str(tmp_path / "plain.py"), vars(explain))) == 1


@pytest.fixture
def german(bare_app: Flask, tmp_path: Path) -> Iterable[None]:
    """A request whose catalogue translates two refusals, one of them a module constant."""
    catalog = Catalog(locale="de")
    catalog.add("Use at most %(most)s characters.", "Höchstens %(most)s Zeichen.")
    catalog.add(
        "Hours can be logged while the placement is active or paused. This one is not, or not any more.", "Nein."
    )
    (tmp_path / "de/LC_MESSAGES").mkdir(parents=True)
    with (tmp_path / "de/LC_MESSAGES/messages.mo").open("wb") as file:
        write_mo(file, catalog)
    with bare_app.test_request_context():
        Domain(str(tmp_path)).as_default()
        with force_locale("de"):
            yield


@pytest.mark.usefixtures("german")
def test_a_catalogue_reaches_the_refusals_of_rules() -> None:
    with pytest.raises(DomainError) as too_long:
        check_password("x" * 2_000, email="asha@example.org", name="Asha")
    with pytest.raises(Conflict) as not_loggable:
        check_loggable(PlacementState.PLANNED)
    assert too_long.value.message.startswith("Höchstens ")
    assert (not_loggable.value.message, str(not_loggable.value)) == ("Nein.", "Nein.")
    assert type(not_loggable.value.message) is str


def test_rules_refuse_in_english_without_an_application() -> None:
    assert not has_app_context()
    with pytest.raises(DomainError) as refusal:
        money.parse("1.2345", "GBP", field="amount")
    assert refusal.value.message == "Enter an amount in figures, like 250, 250.00 or 1,250.00"
    with pytest.raises(Conflict, match=r"^Hours can be logged while the placement is active or paused\. "):
        check_loggable(PlacementState.PLANNED)
