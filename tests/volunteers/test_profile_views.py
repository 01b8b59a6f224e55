"""The profile pages, as a volunteer uses them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account
from tests.factories.volunteers import make_volunteer, nhs_employer
from tests.support.query_count import page_queries
from volunteer_hub.accounts.service import change_details
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel
from volunteer_hub.volunteers import queries, service
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState


def make_newcomer() -> Volunteer:
    """A volunteer who has only registered."""
    account = make_account(Role.VOLUNTEER)
    volunteer = service.open_profile(account, now=clock.now())
    db.session.commit()
    return volunteer


def list_mails() -> list[tuple[str, str]]:
    return [tuple(row) for row in db.session.execute(sa.select(OutboxMail.kind, OutboxMail.recipient_email)).all()]


def test_registering_begins_a_profile_with_the_code_of_conduct_met(client: Any) -> None:
    client.submit(
        "/register",
        name="Ann",
        email="ann@example.org",
        password="purple tractor river",
        code_of_conduct="yes",
        patient_data_pledge="yes",
    )
    volunteer = db.session.scalars(sa.select(Volunteer)).one()
    assert volunteer.state is VolunteerState.REGISTERED
    assert {check.kind: check.state for check in volunteer.checks} == {
        kind: CheckState.MET if kind is CheckKind.CODE_OF_CONDUCT else CheckState.OUTSTANDING for kind in CheckKind
    }


def test_the_whole_profile_is_filled_in_and_sent(client: Any) -> None:
    coordinator = make_account(Role.COORDINATOR)
    volunteer = make_newcomer()
    client.sign_in(volunteer.account.email)
    answers = {"profession_code": "nurse_adult", "registration_number": "12a 3456b", "employer_id": nhs_employer().id}
    assert client.submit("/profile/work", **answers).status_code == 303
    assert client.submit("/profile/specialties?q=general+surgery", code="100").status_code == 303
    added = client.submit("/profile/skills?q=AMS", code="AMR.AMS", **{"level-AMR.AMS": "teaches"})
    assert added.location == "/profile/skills?q=AMS"
    client.submit("/profile/languages", action="/profile/languages", language="en", level="native")
    client.submit(
        "/profile/availability", action="/profile/availability", weekly_minutes="2.5", time_zone="Africa/Nairobi"
    )
    client.submit("/profile/times", weekdays=["0", "2"], start="18:00", end="20:30")
    client.submit("/profile/goals", learning_goals="How others triage.")
    assert "Send for checks" not in client.get("/profile").text
    client.submit("/profile/manager", manager_name="Morgan Lead", manager_email="lead@example.org")
    assert "Send for checks" in client.get("/profile").text
    assert client.submit("/profile/send").location == "/profile"
    db.session.expire_all()
    assert volunteer.state is VolunteerState.CHECKING
    assert volunteer.registration_number == "12A3456B"
    assert volunteer.account.time_zone == "Africa/Nairobi"
    profile = queries.get_profile(volunteer.id)
    assert profile.skills == (("AMR.AMS", SkillLevel.TEACHES),)
    assert profile.languages == (("en", LanguageLevel.NATIVE),)
    assert [tuple(window) for _id, window in profile.windows] == [(0, 1080, 1230), (2, 1080, 1230)]
    assert set(list_mails()) == {
        ("profile_received", volunteer.account.email),
        ("profile_sent", coordinator.email),
    }
    assert "Checks in progress" in client.get("/profile").text


def test_sending_twice_is_refused(client: Any) -> None:
    volunteer = make_volunteer(ready=False)
    client.sign_in(volunteer.account.email)
    seen = client.get("/profile/send")
    assert seen.status_code == 200
    assert "Your profile was sent already" in seen.text
    assert client.post("/profile/send", data=hidden_fields(client)).status_code == 422


def hidden_fields(client: Any) -> dict[str, Any]:
    """The hidden fields for a post to a page that shows no form."""
    return {"csrf_token": client.forms("/profile/goals")[-1]["data"]["csrf_token"], "form_key": "of-no-page"}


def test_send_page_lists_what_is_missing(client: Any) -> None:
    volunteer = make_newcomer()
    client.sign_in(volunteer.account.email)
    seen = client.get("/profile/send")
    assert seen.status_code == 200
    assert "the line manager’s name" in seen.text
    assert 'href="/profile/manager"' in seen.text
    assert "Send for checks</button>" not in seen.text
    refused = client.post("/profile/send", data=hidden_fields(client))
    assert refused.status_code == 422
    assert "the line manager’s name" in refused.text
    db.session.expire_all()
    assert volunteer.state is VolunteerState.REGISTERED


def test_an_unusual_registration_number_can_be_confirmed(client: Any) -> None:
    volunteer = make_newcomer()
    client.sign_in(volunteer.account.email)
    answers = {"profession_code": "nurse_adult", "registration_number": "RN12345", "employer_id": nhs_employer().id}
    first = client.submit("/profile/work", **answers)
    assert first.status_code == 422
    assert "like 12A3456B" in first.text
    assert 'name="sure"' in first.text
    assert client.submit("/profile/work", **answers, sure="yes").status_code == 303
    assert client.submit("/profile/work", **{**answers, "registration_number": "?!"}, sure="yes").status_code == 422


def test_two_editors_of_one_section_see_both_versions(client: Any) -> None:
    volunteer = make_volunteer()
    client.sign_in(volunteer.account.email)
    form = next(f for f in client.forms("/profile/manager") if "manager_name" in f["data"])
    client.submit("/profile/manager", manager_name="First Saved")
    reply = client.post("/profile/manager", data=form["data"] | {"manager_name": ["Second Typed"]})
    assert reply.status_code == 409
    assert "First Saved" in reply.text
    assert "Second Typed" in reply.text


def test_a_concurrent_edit_of_another_section_is_no_conflict(client: Any) -> None:
    volunteer = make_volunteer()
    client.sign_in(volunteer.account.email)
    form = next(f for f in client.forms("/profile/manager") if "manager_name" in f["data"])
    client.submit("/profile/goals", learning_goals="Something else")
    assert client.post("/profile/manager", data=form["data"] | {"manager_name": ["Typed"]}).status_code == 303


def test_a_double_click_adds_one_window(client: Any) -> None:
    volunteer = make_volunteer(windows=())
    client.sign_in(volunteer.account.email)
    form = next(f for f in client.forms("/profile/times") if f["method"] == "post" and f["action"] != "/sign-out")
    data = form["data"] | {"weekdays": "1", "start": "08:00", "end": "09:00"}
    assert [client.post("/profile/times", data=data).status_code for _ in range(2)] == [303, 303]
    assert len(queries.get_profile(volunteer.id).windows) == 1


def test_overlapping_windows_are_merged_and_can_be_removed(client: Any) -> None:
    volunteer = make_volunteer(windows=((0, 600, 660),))
    client.sign_in(volunteer.account.email)
    client.submit("/profile/times", weekdays="0", start="10:30", end="24:00")
    ((window_id, window),) = queries.get_profile(volunteer.id).windows
    assert tuple(window) == (0, 600, 1440)
    client.submit("/profile/availability", action=f"/profile/times/{window_id}/remove")
    assert queries.get_profile(volunteer.id).windows == ()


def test_a_window_of_another_volunteer_cannot_be_removed(client: Any) -> None:
    other, volunteer = make_volunteer(), make_volunteer()
    client.sign_in(volunteer.account.email)
    token = client.forms("/profile/times")[-1]["data"]["csrf_token"]
    window_id = queries.get_profile(other.id).windows[0][0]
    client.post(f"/profile/times/{window_id}/remove", data={"csrf_token": token})
    assert len(queries.get_profile(other.id).windows) == 1


@pytest.mark.parametrize(("start", "end"), [("20:00", "18:00"), ("18:00", "18:00"), ("25:00", "26:00"), ("x", "1e3")])
def test_invalid_times_are_refused_and_kept_in_the_form(client: Any, start: str, end: str) -> None:
    volunteer = make_volunteer()
    client.sign_in(volunteer.account.email)
    reply = client.submit("/profile/times", weekdays="0", start=start, end=end)
    assert reply.status_code == 422
    assert f'value="{start}"' in reply.text


def test_a_time_past_midnight_is_split_into_two_windows(client: Any) -> None:
    volunteer = make_volunteer(windows=())
    client.sign_in(volunteer.account.email)
    assert "kept as two" in client.get("/profile/times").text
    for _ in range(2):
        assert client.submit("/profile/times", weekdays=["0", "6"], start="22:00", end="02:00").status_code == 303
    windows = [tuple(window) for _id, window in queries.get_profile(volunteer.id).windows]
    assert windows == [(0, 0, 120), (0, 1320, 1440), (1, 0, 120), (6, 1320, 1440)]
    assert client.submit("/profile/times", weekdays="3", start="21:00", end="00:00").status_code == 303
    assert "Thu 21:00–24:00" in client.get("/profile/availability").text


@pytest.mark.parametrize("hours", ["0", "-1", "1e3", "NaN", "Infinity", "１", "999"])
def test_invalid_hours_are_refused(client: Any, hours: str) -> None:
    volunteer = make_volunteer()
    client.sign_in(volunteer.account.email)
    path = "/profile/availability"
    assert client.submit(path, action=path, weekly_minutes=hours).status_code == 422


def test_the_skill_picker_can_be_browsed_and_searched(client: Any) -> None:
    volunteer = make_newcomer()
    client.sign_in(volunteer.account.email)
    top = client.get("/profile/skills").text
    assert "/profile/skills?under=AMR#picker" in top
    below = client.get("/profile/skills?under=AMR").text
    assert 'value="AMR.AMS"' in below
    assert 'value="AMR.AMS"' in client.get("/profile/skills?q=antibiotic").text
    nothing = client.get("/profile/skills?q=zzzz")
    assert nothing.status_code == 200
    assert "Nothing in the list" in nothing.text
    for path in (
        "/profile/specialties?under=nope",
        "/profile/skills?q=" + "x" * 5000,
    ):
        assert client.get(path).status_code == 200
    assert client.get("/profile/skills?under=%00&q=%00").status_code == 404, "an address with NUL leads nowhere"


@pytest.mark.parametrize(("code", "level", "status"), [("NO.SUCH", "teaches", 422), ("AMR.AMS", "wizard", 422)])
def test_an_unknown_skill_or_level_is_refused(client: Any, code: str, level: str, status: int) -> None:
    volunteer = make_newcomer()
    client.sign_in(volunteer.account.email)
    reply = client.submit("/profile/skills?under=AMR", code=code, **{f"level-{code}": level, "level-AMR.AMS": level})
    assert reply.status_code in {404, status}
    assert queries.get_profile(volunteer.id).skills == ()


def test_languages_specialties_and_skills_are_removed(client: Any) -> None:
    volunteer = make_volunteer()
    client.sign_in(volunteer.account.email)
    client.submit("/profile/skills", action="/profile/skills/AMR.AMS/remove")
    client.submit("/profile/languages", action="/profile/languages/en/remove")
    client.submit("/profile/specialties", action="/profile/specialties/300/remove")
    profile = queries.get_profile(volunteer.id)
    assert (profile.skills, profile.languages, profile.specialties) == ((), (), ())


@pytest.mark.parametrize("role", [Role.PARTNER, Role.COORDINATOR, Role.FUNDER])
def test_other_roles_have_no_profile(client: Any, role: Role) -> None:
    client.sign_in(make_account(role).email)
    assert client.get("/profile").status_code == 403
    assert client.get("/profile/work").status_code == 403


def test_the_profile_page_costs_at_most_six_queries(client: Any) -> None:
    volunteer = make_volunteer(skills={"AMR": SkillLevel.TEACHES, "AMR.AMS": SkillLevel.TEACHES})
    client.sign_in(volunteer.account.email)
    client.get("/profile")
    assert len(page_queries(client, "/profile")) <= 6
    assert len(page_queries(client, "/profile/skills?under=AMR")) <= 3


def test_a_time_zone_changed_elsewhere_is_an_edit_conflict(client: Any) -> None:
    volunteer = make_volunteer()
    client.sign_in(volunteer.account.email)
    form = next(f for f in client.forms("/profile/availability") if "weekly_minutes" in f["data"])
    change_details(volunteer.account, name="X", time_zone="Asia/Kathmandu", actor=None, now=clock.now())  # type: ignore[arg-type]
    db.session.commit()
    reply = client.post("/profile/availability", data=form["data"] | {"weekly_minutes": "3"})
    assert reply.status_code == 409
    assert "Asia/Kathmandu" in reply.text
