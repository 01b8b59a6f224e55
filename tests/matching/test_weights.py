"""The weights: shown, previewed, changed once, reverted; what a match stores of its score."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match, make_override
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.support.client import FormParser
from tests.support.query_count import page_queries
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import FIRST_POINTS, Factor, Weights
from volunteer_hub.matching import score_snapshot, service
from volunteer_hub.matching.models import Match, WeightSet
from volunteer_hub.matching.queries import weights
from volunteer_hub.vocabulary.states import LanguageLevel

LESS_LANGUAGE = FIRST_POINTS | {Factor.LANGUAGE: 14, Factor.FAIRNESS: 14}
REASON = "Fairness was too light."


def form_values(points: Any) -> dict[str, str]:
    return {factor.value: str(points[factor]) for factor in Factor}


@pytest.fixture
def coordinator(app: Any) -> Any:
    return make_account(Role.COORDINATOR, name="Cora Coordinator")


def rows() -> list[WeightSet]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(WeightSet).order_by(WeightSet.id)))


def change(browser: Any, points: Any, reason: str = REASON) -> Any:
    """Both steps: what would change, then the change."""
    seen = browser.submit("/matching/weights/edit", **form_values(points), reason=reason)
    assert seen.status_code == 200, seen.text
    assert "Nothing is saved yet" in seen.text
    return browser.post("/matching/weights/edit", data=last_form(seen.text))


def last_form(text: str) -> dict[str, Any]:
    """What the last posting form of a page would send."""
    from_page = FormParser()
    from_page.feed(text)
    return [one for one in from_page.forms if one["method"] == "post" and one["action"] != "/sign-out"][-1]["data"]


def test_the_page_shows_the_current_weights_and_their_source(as_: Any, coordinator: Any) -> None:
    page = as_(coordinator).get("/matching/weights/").text
    assert "288 host organisations" in page
    assert "s12992-018-0329-x" in page
    assert "The first weights" in page


def test_a_change_is_previewed_before_it_counts(as_: Any, coordinator: Any) -> None:
    make_match(volunteer=make_fitting_volunteer(name="Mona Mover", languages={"en": LanguageLevel.B2}))
    browser = as_(coordinator)
    seen = browser.submit("/matching/weights/edit", **form_values(LESS_LANGUAGE), reason=REASON)
    assert "Mona Mover" in seen.text
    assert len(rows()) == 1
    assert change(browser, LESS_LANGUAGE).status_code == 303
    first, second = rows()
    assert json.loads(second.points) == {factor.value: LESS_LANGUAGE[factor] for factor in Factor}
    assert (second.reason, second.created_by_id) == (REASON, coordinator.id)
    assert weights.current() == Weights(second.id, LESS_LANGUAGE)
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "weights.changed")).one()
    assert "Language: 24 → 14" in entry.note.text
    assert REASON in entry.note.text
    assert json.loads(first.points)["language_fit"] == 24


def test_points_changed_after_the_preview_are_previewed_again(as_: Any, coordinator: Any) -> None:
    browser = as_(coordinator)
    seen = browser.submit("/matching/weights/edit", **form_values(LESS_LANGUAGE), reason=REASON)
    other = form_values(FIRST_POINTS | {Factor.LANGUAGE: 20, Factor.FAIRNESS: 8})
    again = browser.post("/matching/weights/edit", data=last_form(seen.text) | other)
    assert again.status_code == 200
    assert "Nothing is saved yet" in again.text
    assert len(rows()) == 1


REFUSED = [
    (FIRST_POINTS | {Factor.LANGUAGE: 25}, "they must make 100"),
    (FIRST_POINTS | {Factor.LANGUAGE: 0, Factor.SKILLS: 46}, "Language cannot weigh less than experience"),
    (FIRST_POINTS, "the points that count already"),
    (FIRST_POINTS | {Factor.LANGUAGE: -1}, "Enter a whole number between 0 and 100"),
]


@pytest.mark.parametrize(("points", "sentence"), REFUSED)
def test_invalid_points_are_refused(as_: Any, coordinator: Any, points: Any, sentence: str) -> None:
    reply = as_(coordinator).submit("/matching/weights/edit", **form_values(points), reason=REASON)
    assert reply.status_code == 422
    assert sentence in reply.text
    assert len(rows()) == 1


def test_a_reason_is_required(as_: Any, coordinator: Any) -> None:
    reply = as_(coordinator).submit("/matching/weights/edit", **form_values(LESS_LANGUAGE), reason=" ")
    assert (reply.status_code, len(rows())) == (422, 1)


def test_the_second_of_two_editors_sees_both(as_: Any, coordinator: Any) -> None:
    browser = as_(coordinator)
    stale = browser.forms("/matching/weights/edit")[-1]["data"]
    assert change(browser, LESS_LANGUAGE).status_code == 303
    mine = form_values(FIRST_POINTS | {Factor.LANGUAGE: 20, Factor.FAIRNESS: 8}) | {"reason": "Mine"}
    reply = browser.post("/matching/weights/edit", data=stale | mine)
    assert reply.status_code == 409
    assert "Somebody saved this while you were editing" in reply.text
    assert len(rows()) == 2
    with pytest.raises(Conflict):
        service.change_weights(
            FIRST_POINTS, began_from=1, reason="x", actor=viewer_of(coordinator), now=rows()[0].created_at
        )


def test_a_double_click_makes_one_version(as_: Any, coordinator: Any) -> None:
    browser = as_(coordinator)
    seen = browser.submit("/matching/weights/edit", **form_values(LESS_LANGUAGE), reason=REASON)
    data = last_form(seen.text)
    assert [browser.post("/matching/weights/edit", data=data).status_code for _ in range(2)] == [303, 303]
    assert len(rows()) == 2


def test_a_version_is_reverted_by_a_new_one(as_: Any, coordinator: Any) -> None:
    browser = as_(coordinator)
    change(browser, LESS_LANGUAGE)
    stale = browser.forms("/matching/weights/1/revert")[-1]["data"]
    assert browser.submit("/matching/weights/1/revert", reason="").status_code == 422
    assert browser.submit("/matching/weights/1/revert", reason="Too many fell").status_code == 303
    assert [json.loads(row.points)["language_fit"] for row in rows()] == [24, 14, 24]
    assert weights.current() == Weights(rows()[-1].id, dict(FIRST_POINTS))
    assert browser.post("/matching/weights/2/revert", data=stale | {"reason": "Late"}).status_code == 409
    assert browser.submit("/matching/weights/1/revert", reason="Once more").status_code == 422
    assert len(rows()) == 3
    history = browser.get("/matching/weights/history").text
    for text_part in (REASON, "Too many fell", "Language: 24 → 14", "Language: 14 → 24", "Cora Coordinator"):
        assert text_part in history
    assert browser.get("/matching/weights/99").status_code == 404
    assert browser.get("/matching/weights/99/revert").status_code == 404


def test_only_staff_sets_the_weights(app: Any, director: Any, now: Any) -> None:
    with pytest.raises(Forbidden):
        service.change_weights(LESS_LANGUAGE, began_from=1, reason="x", actor=viewer_of(director), now=now)


def test_the_preview_counts_changed_best_candidates(app: Any, now: Any) -> None:
    make_request()
    make_fitting_volunteer(name="Fluent", languages={"en": LanguageLevel.NATIVE}, weekly_minutes=120)
    make_fitting_volunteer(name="Spacious", languages={"en": LanguageLevel.B2}, weekly_minutes=600)
    points = FIRST_POINTS | {Factor.LANGUAGE: 6, Factor.HOURS: 24}
    effect = service.preview_effect(points, now=now)
    assert (effect.candidates, effect.requests, effect.changed_best_count) == (2, 1, 1)
    assert (effect.rising, effect.falling) == (1, 1)
    none = service.preview_effect(FIRST_POINTS, now=now)
    assert (none.rising, none.falling, none.largest_changes, none.changed_best_count) == (0, 0, (), 0)


@pytest.mark.parametrize("count", [1, 30])
def test_pages_cost_the_same_whatever_there_is(as_: Any, coordinator: Any, director: Any, count: int) -> None:
    institution = make_institution()
    programme = make_programme(institution)
    for number in range(count):
        request = make_request(institution=institution, programme=programme)
        make_match(request, make_fitting_volunteer(), director=director)
        points = FIRST_POINTS | {Factor.LANGUAGE: 20 + number % 2, Factor.FAIRNESS: 8 - number % 2}
        service.change_weights(
            points, began_from=number + 1, reason=REASON, actor=viewer_of(coordinator), now=request.created_at
        )
        db.session.commit()
    browser = as_(coordinator)
    assert len(page_queries(browser, "/matching/weights/")) == 2
    assert len(page_queries(browser, "/matching/weights/edit")) == 1
    assert len(page_queries(browser, "/matching/weights/history")) == 2
    assert len(page_queries(browser, "/matching/weights/2")) <= 3
    assert len(page_queries(browser, "/matching/weights/1/revert")) == 6
    last = count + 1
    assert f"Version {last}" in browser.get("/matching/weights/history").text


def test_a_match_keeps_its_score_and_shows_its_version(as_: Any, coordinator: Any, director: Any) -> None:
    volunteer = make_fitting_volunteer()
    request = make_request()
    make_override(volunteer, request, Factor.EXPERIENCE, 100)
    match = make_match(request, volunteer, director=director)
    snapshot = score_snapshot.load_snapshot(match)
    assert snapshot.is_consistent
    assert snapshot.score_from_shares == match.score == sum(part.points for part in snapshot.contributions)
    assert [part.factor for part in snapshot.contributions if part.overridden] == [Factor.EXPERIENCE]
    host = as_(director).get(f"/matches/{match.id}").text
    assert "Weights version 1" in host
    assert "/matching/weights/1" not in host
    assert "come to the same" in host
    staff = as_(coordinator)
    assert 'href="/matching/weights/1"' in staff.get(f"/matches/{match.id}").text
    score = match.score
    change(staff, LESS_LANGUAGE)
    page = staff.get(f"/matches/{match.id}").text
    assert f"The score as it was when the match was made: {score} of 100" in page
    assert "Weights version 1" in page
    assert db.session.get(Match, match.id).score == score  # type: ignore[union-attr]


def test_a_match_from_before_versions_says_so(as_: Any, director: Any) -> None:
    match = make_match(director=director)
    old = [
        {"factor": "language_fit", "points": 30, "out_of": 30, "facts": {"other": "shape"}},
        {"factor": "long_gone", "points": 0, "out_of": 10, "facts": {}},
    ]
    match.score_breakdown, match.score, match.weights_id = json.dumps(old), 30, None
    db.session.commit()
    page = as_(director).get(f"/matches/{match.id}").text
    assert "made before versions of the weights were kept" in page
    assert "Checked: the points make the score." in page
    match.score = 31
    db.session.commit()
    assert "The points do not make the score" in as_(director).get(f"/matches/{match.id}").text


def test_stored_reasons_cost_no_query(as_: Any, director: Any) -> None:
    match = make_match(director=director)
    assert len(page_queries(as_(director), f"/matches/{match.id}")) <= 6


@given(
    st.lists(st.integers(0, 30), min_size=11, max_size=11),
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 200)), min_size=11, max_size=11),
)
def test_stored_shares_give_the_stored_score(points: list[int], shares: list[tuple[int, int]]) -> None:
    version = Weights(3, dict(zip(Factor, points, strict=True)))
    parts = [
        rules.Contribution(factor, rules.recompute_score([rules.Contribution(factor, 0, 0, {}, share)], version), version[factor], {}, share)
        for factor, share in zip(Factor, shares, strict=True)
    ]  # fmt: skip
    fit = json.dumps([{"factor": p.factor, "points": p.points, "out_of": p.out_of, "share": p.share} for p in parts])
    snapshot = score_snapshot.ScoreSnapshot(
        sum(part.points for part in parts), 3, score_snapshot.load_contributions(fit)
    )
    assert snapshot.is_consistent
    assert snapshot.contributions == tuple(parts)


@given(st.lists(st.integers(0, 30), min_size=11, max_size=11))
def test_points_that_do_not_add_up_to_100_are_refused(points: list[int]) -> None:
    points_by_factor = dict(zip(Factor, points, strict=True))
    if sum(points) != 100 or points_by_factor[Factor.LANGUAGE] < points_by_factor[Factor.EXPERIENCE]:
        with pytest.raises(DomainError):
            service.check_weights(points_by_factor, before=Weights())
