"""Factor overrides: one factor of one pair, with a reason; never a gate."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match, make_override
from tests.factories.partner_requests import make_request
from tests.support.query_count import page_queries
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden, NotFound
from volunteer_hub.fit.rules import Factor
from volunteer_hub.matching import queries, service
from volunteer_hub.matching.models import FactorOverride
from volunteer_hub.matching.queries import overrides
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.vocabulary.states import SkillLevel

REASON = "He built up this very ward ten years ago."


@pytest.fixture
def coordinator(app: Any) -> Any:
    return make_account(Role.COORDINATOR, name="Cora Coordinator")


def path_of(volunteer: Any, request: Any) -> str:
    return f"/requests/{request.id}/volunteers/{volunteer.id}/override"


def rows() -> list[FactorOverride]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(FactorOverride).order_by(FactorOverride.id)))


def score_of(volunteer: Any, request: Any, today: Any) -> int:
    db.session.expire_all()
    return overrides.get_pair(volunteer.id, request.id, today=today).fit.score


def test_an_override_counts_and_is_shown(as_: Any, coordinator: Any, director: Any, now: Any) -> None:
    match = make_match(director=director)
    volunteer, request = match.volunteer, match.request
    before, path = score_of(volunteer, request, now.date()), path_of(volunteer, request)
    browser = as_(coordinator)
    assert browser.submit(path, factor="experience_fit", share="100", reason=REASON).status_code == 303
    assert score_of(volunteer, request, now.date()) == before + 6
    page = browser.get(path).text
    assert REASON in page
    assert "set by hand by the coordinator" in page
    host = as_(director)
    for page in (host.get(f"/matches/{match.id}").text, host.get(f"/requests/{request.id}/candidates").text):
        assert "set by hand by the coordinator" in page
        assert REASON not in page
    own = as_(volunteer.account).get(f"/find/{request.id}").text
    assert "set by hand by the coordinator" in own
    assert REASON not in own
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "factor_override.set")).one()
    assert (entry.note.text, entry.actor_id) == (REASON, coordinator.id)


def test_a_gate_stays_closed_whatever_is_overridden(as_: Any, coordinator: Any, now: Any) -> None:
    volunteer, request = make_fitting_volunteer(skills={"IPC": SkillLevel.SUPPORTED}), make_request()
    for factor in Factor:
        make_override(volunteer, request, factor, 100, by=coordinator)
    candidate = overrides.get_pair(volunteer.id, request.id, today=now.date())
    assert (candidate.fit.score, candidate.fit.is_possible) == (100, False)
    assert "Required and not in the profile" in as_(coordinator).get(path_of(volunteer, request)).text


def test_a_new_override_revokes_the_earlier_one(as_: Any, coordinator: Any) -> None:
    volunteer, request = make_fitting_volunteer(), make_request()
    first = make_override(volunteer, request, Factor.GOALS, 50, by=coordinator)
    browser, path = as_(coordinator), path_of(volunteer, request)
    assert browser.submit(path, factor="goals_fit", share="50", reason="Same").status_code == 409
    assert browser.submit(path, factor="goals_fit", share="75", reason=REASON).status_code == 303
    old, new = rows()
    assert (old.id, old.revoked_by_id, new.share, new.revoked_at) == (first.id, coordinator.id, 75, None)
    assert "Taken back by Cora Coordinator" in browser.get(path).text


@pytest.mark.parametrize(
    "answers",
    [
        {"factor": "", "share": "50", "reason": REASON},
        {"factor": "not_ready", "share": "50", "reason": REASON},
        {"factor": "goals_fit", "share": "101", "reason": REASON},
        {"factor": "goals_fit", "share": "-1", "reason": REASON},
        {"factor": "goals_fit", "share": "1e1", "reason": REASON},
        {"factor": "goals_fit", "share": "50", "reason": " "},
    ],
)
def test_invalid_values_are_refused(as_: Any, coordinator: Any, answers: dict[str, str]) -> None:
    reply = as_(coordinator).submit(path_of(make_fitting_volunteer(), make_request()), **answers)
    assert (reply.status_code, rows()) == (422, [])


def test_an_ended_request_takes_no_override(as_: Any, coordinator: Any) -> None:
    path = path_of(make_fitting_volunteer(), make_request(RequestState.WITHDRAWN))
    reply = as_(coordinator).submit(path, factor="goals_fit", share="50", reason=REASON)
    assert reply.status_code == 422
    assert "This request has ended" in reply.text


def test_revoking_asks_first_and_happens_once(as_: Any, coordinator: Any, now: Any) -> None:
    volunteer, request = make_fitting_volunteer(), make_request()
    row = make_override(volunteer, request, Factor.EXPERIENCE, 100, by=coordinator)
    high, browser, path = score_of(volunteer, request, now.date()), as_(coordinator), f"/overrides/{row.id}/revoke"
    assert REASON not in browser.get(path).text
    data = browser.forms(path)[-1]["data"]
    assert [browser.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    assert score_of(volunteer, request, now.date()) == high - 6
    assert browser.submit(path).status_code == 409
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "factor_override.lifted")).all()
    assert len(entries) == 1


def test_a_double_click_sets_once(as_: Any, coordinator: Any) -> None:
    browser, path = as_(coordinator), path_of(make_fitting_volunteer(), make_request())
    data = browser.forms(path)[-1]["data"] | {"factor": "goals_fit", "share": "50", "reason": REASON}
    assert [browser.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    assert len(rows()) == 1


def test_the_second_of_two_editors_sees_both(as_: Any, coordinator: Any) -> None:
    volunteer, request = make_fitting_volunteer(), make_request()
    browser, path = as_(coordinator), path_of(volunteer, request)
    stale = browser.forms(path)[-1]["data"] | {"factor": "goals_fit", "share": "25", "reason": "Mine"}
    make_override(volunteer, request, Factor.GOALS, 75, reason="Theirs, first")
    reply = browser.post(path, data=stale)
    assert reply.status_code == 409
    assert "75 %: Theirs, first" in reply.text
    assert "25 %: Mine" in reply.text
    assert len(rows()) == 1


def test_only_a_coordinator_sets_and_revokes(app: Any, as_: Any, director: Any, now: Any) -> None:
    volunteer, request = make_fitting_volunteer(), make_request()
    row, actor = make_override(volunteer, request), viewer_of(director)
    with pytest.raises(Forbidden):
        service.set_override(volunteer.id, request.id, Factor.GOALS, 50, reason=REASON, actor=actor, now=now)
    with pytest.raises(Forbidden):
        service.revoke_override(row.id, actor=actor, now=now)
    assert as_(director).get(path_of(volunteer, request)).status_code == 403
    assert as_(volunteer.account).get(f"/overrides/{row.id}/revoke").status_code == 403


def test_unknown_volunteer_or_request_is_404(as_: Any, coordinator: Any, now: Any) -> None:
    volunteer, request, actor = make_fitting_volunteer(), make_request(), viewer_of(coordinator)
    browser = as_(coordinator)
    for path in (
        f"/requests/{request.id}/volunteers/999/override",
        f"/requests/999/volunteers/{volunteer.id}/override",
        "/overrides/999/revoke",
    ):
        assert browser.get(path).status_code == 404, path
    with pytest.raises(NotFound):
        service.set_override(999, request.id, Factor.GOALS, 50, reason=REASON, actor=actor, now=now)
    with pytest.raises(DomainError):
        service.set_override(volunteer.id, request.id, Factor.GOALS, 101, reason=REASON, actor=actor, now=now)
    row = service.set_override(volunteer.id, request.id, Factor.GOALS, 50, reason=REASON, actor=actor, now=now)
    service.revoke_override(row.id, actor=actor, now=now)
    with pytest.raises(Conflict):
        service.revoke_override(row.id, actor=actor, now=now)


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_costs_the_same_whatever_was_set(as_: Any, coordinator: Any, now: Any, count: int) -> None:
    volunteer, request, actor = make_fitting_volunteer(), make_request(), viewer_of(coordinator)
    for number in range(count):
        service.set_override(volunteer.id, request.id, Factor.GOALS, number, reason=REASON, actor=actor, now=now)
    db.session.commit()
    assert queries.get_volunteer_row(volunteer.id)
    assert len(page_queries(as_(coordinator), path_of(volunteer, request))) == 5
