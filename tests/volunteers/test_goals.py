"""Learning goals: the kinds of support in which a volunteer wants to gain experience."""

from __future__ import annotations

from typing import Any

from tests.factories.accounts import make_account
from tests.factories.matching import make_match
from tests.factories.volunteers import make_volunteer
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.vocabulary.states import SupportKind
from volunteer_hub.volunteers import queries
from volunteer_hub.volunteers.models import VolunteerGoal


def test_goals_are_saved_shown_and_removed(client: Any, clock: Any) -> None:
    volunteer = make_volunteer(learning_goals=None, experience=None)
    version = volunteer.version
    client.sign_in(volunteer.account.email)
    clock.advance(minutes=1)
    assert client.submit("/profile/goals", goals=["teaching", "research"]).status_code == 303
    clock.advance(minutes=1)
    assert "Teaching, Research" in client.get("/profile").text
    assert client.submit("/profile/goals", goals=["research", "mentoring"]).status_code == 303
    db.session.expire_all()
    assert queries.get_profile(volunteer.id).goals == (SupportKind.MENTORING, SupportKind.RESEARCH)
    assert volunteer.version == version + 2
    page = client.forms("/profile/goals")[-1]["data"]
    assert client.post("/profile/goals", data={**page, "goals": "surgery"}).status_code == 422


def test_two_editors_of_goals_see_both_versions(client: Any) -> None:
    volunteer = make_volunteer(learning_goals=None, experience=None)
    client.sign_in(volunteer.account.email)
    page = client.forms("/profile/goals")[-1]["data"]
    client.submit("/profile/goals", goals=["teaching"])
    reply = client.post("/profile/goals", data={**page, "goals": ["mentoring"]})
    assert reply.status_code == 409
    assert "Teaching" in reply.text
    assert "Mentoring" in reply.text


def test_hosts_and_coordinators_see_the_goals(client: Any) -> None:
    match = make_match()
    match.volunteer.goals = [VolunteerGoal(kind=kind) for kind in (SupportKind.RESEARCH, SupportKind.TEACHING)]
    coordinator = make_account(Role.COORDINATOR)
    client.sign_in(coordinator.email)
    assert "Teaching, Research" in client.get(f"/readiness/{match.volunteer_id}").text
    page = client.get(f"/requests/{match.request_id}/candidates").text
    assert "Wants to grow in" in page
    assert "Teaching, Research" in page
