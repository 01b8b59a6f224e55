"""The pages: the whole lifecycle, refusals, access to other rows, edit conflicts, double posts, query counts."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_institution, make_request
from tests.support.request_world import World
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import Delivery, RequestState, SupportKind

S = RequestState
PAGES = {
    "show": S.OPEN,
    "need": S.DRAFT,
    "time": S.DRAFT,
    "people": S.DRAFT,
    "skills": S.DRAFT,
    "languages": S.DRAFT,
    "windows": S.DRAFT,
    "preview": S.DRAFT,
    "withdraw": S.OPEN,
    "close": S.OPEN,
    "copy": S.OPEN,
    "open": S.SUBMITTED,
    "return": S.SUBMITTED,
    "reopen": S.EXPIRED,
}
DIRECTORS = {"open", "return", "reopen"}


def path_of(name: str, request_id: int) -> str:
    return f"/requests/{request_id}" + ("" if name == "show" else f"/{name}")


def make_own(world: World, state: RequestState = S.DRAFT, **more: Any) -> int:
    return make_request(state, world.here, programme=world.programme, contact=world.partner, **more).id


def get_request(request_id: int) -> PartnerRequest:
    db.session.expire_all()
    return db.session.get_one(PartnerRequest, request_id)


@contextlib.contextmanager
def queries() -> Iterator[list[str]]:
    """Collect the SELECT statements inside the block."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(db.engine, "before_cursor_execute", note)


def test_partner_drafts_and_sends_and_director_opens(world: World, as_: Any, now: dt.datetime) -> None:
    browser = as_("partner")
    reply = browser.submit("/requests/new", title="Hand hygiene for ward nurses")
    assert reply.status_code == 303, reply.text
    path = reply.location
    assert "Still to do" in browser.get(path).text
    assert "choose the kind of support" in browser.get(f"{path}/preview").text
    start, answer = now.date() + dt.timedelta(days=60), now.date() + dt.timedelta(days=30)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("need", {"need": "Infections\n\nrise.", "kind": "teaching", "specialty_code": "100", "learners_number": "20",
                  "learners_cadre": "Nurses", "expected_result": "Audits every month"}),
        ("skills?q=hand+hyg", {"code": "IPC.HAND", "level-IPC.HAND": "independent", "need-IPC.HAND": "required"}),
        ("skills?under=IPC", {"code": "IPC", "level-IPC": "supported", "need-IPC": "welcome"}),
        ("languages", {"language": "en", "level": "b2"}),
        ("time", {"weekly_minutes": "1.5", "weeks": "8", "seats": "2", "delivery": "live", "urgency": "soon",
                  "earliest_start_on": start.isoformat(), "respond_by_on": answer.isoformat()}),
        ("windows", {"weekdays": ["0", "2"], "start": "14:00", "end": "17:00"}),
        ("people", {"supervisor": "The matron", "cost_minor": "250.50"}),
    ]  # fmt: skip
    for step, answers in steps:
        reply = browser.submit(f"{path}/{step}", **answers)
        assert reply.status_code == 303, (step, reply.text)
    page_data = browser.get(path).text
    assert "Not complete" not in page_data
    preview = browser.get(f"{path}/preview").text
    assert "Mon 14:00–17:00" in preview
    assert "250.50" not in preview
    assert "£250.50" in page_data
    assert browser.submit(f"{path}/preview").status_code == 303
    director = as_("director")
    assert "Open to volunteers" in director.get(path).text
    assert director.submit(f"{path}/open").status_code == 303
    ask = get_request(int(path.rsplit("/", 1)[1]))
    assert (ask.state, ask.kind, ask.delivery, ask.cost_minor, ask.weekly_minutes) == (
        S.OPEN,
        SupportKind.TEACHING,
        Delivery.LIVE,
        25050,
        90,
    )


def test_preview_refuses_to_send_what_is_incomplete(world: World, as_: Any) -> None:
    request_id = make_own(world, windows=())
    reply = as_("partner").submit(f"/requests/{request_id}/preview")
    assert reply.status_code == 422
    assert "add at least one time of the week" in reply.text
    assert get_request(request_id).state is S.DRAFT


@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_of_another_partner_are_not_found(world: World, as_: Any, name: str) -> None:
    path = path_of(name, make_own(world, PAGES[name]))
    world.stranger = make_account(Role.DIRECTOR, Role.PARTNER, institution_id=world.there.id)
    browser = as_("stranger")
    assert browser.get(path).status_code == 404
    if name != "show":
        token = browser.forms("/requests/new")[-1]["data"]["csrf_token"][0]
        assert browser.post(path, data={"csrf_token": token, "message": "w"}).status_code == 404


@pytest.mark.parametrize("part", ["skills/IPC", "languages/en", "windows/{window}"])
def test_removing_parts_of_another_partner_is_not_found(world: World, as_: Any, part: str) -> None:
    request_id = make_own(world)
    path = f"/requests/{request_id}/{part.format(window=get_request(request_id).windows[0].id)}/remove"
    for name, status in (("stranger", 404), ("director", 403), ("partner", 303)):
        browser = as_(name)
        token = browser.forms("/account")[-1]["data"]["csrf_token"][0]
        assert browser.post(path, data={"csrf_token": token}).status_code == status, name


@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_are_open_to_one_side_only(world: World, as_: Any, name: str) -> None:
    path = path_of(name, make_own(world, PAGES[name]))
    for person in ("partner", "director", "coordinator"):
        mine = person == "coordinator" or name == "show" or (person == "director") == (name in DIRECTORS)
        assert as_(person).get(path).status_code == (200 if mine else 403), person


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.FINANCE, Role.FUNDER])
def test_other_roles_have_no_access(world: World, as_: Any, role: Role) -> None:
    request_id = make_own(world, S.OPEN)
    world.stranger = make_account(role)
    browser = as_("stranger")
    assert browser.get("/requests/").status_code == 403
    assert browser.get(f"/requests/{request_id}").status_code == 403


def test_director_does_not_see_a_draft(world: World, as_: Any) -> None:
    request_id = make_own(world, title="Private thoughts")
    browser = as_("director")
    assert browser.get(f"/requests/{request_id}").status_code == 404
    assert "Private thoughts" not in browser.get("/requests/?q=private").text


def test_index_shows_only_the_viewers_scope(world: World, as_: Any) -> None:
    make_own(world, S.OPEN, title="Canary here")
    make_request(S.OPEN, world.there, programme=world.programme, contact=world.stranger, title="Canary there")
    for person, here, there in (
        ("partner", True, False),
        ("stranger", False, True),
        ("director", True, False),
        ("coordinator", True, True),
    ):
        for query in ("", "?q=canary", "?state=open"):
            text = as_(person).get(f"/requests/{query}").text
            assert ("Canary here" in text, "Canary there" in text) == (here, there), (person, query)


def test_index_filters_by_state_and_text(world: World, as_: Any) -> None:
    make_own(world, S.OPEN, title="Neonatal sépsis")
    make_own(world, S.DRAFT, title="Burns dressing")
    browser = as_("partner")
    for query, sepsis, burns in (
        ("?state=draft", False, True),
        ("?q=sepsis", True, False),
        ("?q=burn", False, True),
        ("?q=Mulago", True, True),
        ("?q=%25", True, True),
        ("?state=nonsense", True, True),
    ):
        text = browser.get(f"/requests/{query}").text
        assert ("Neonatal" in text, "Burns" in text) == (sepsis, burns), query
    assert "No request fits" in browser.get("/requests/?q=zebra").text
    assert browser.get("/requests/?after=nonsense").status_code == 404


def test_index_and_show_need_as_many_queries_for_one_row_as_for_thirty(world: World, as_: Any) -> None:
    request_id = make_own(world, S.OPEN)
    browser = as_("partner")
    browser.get("/requests/")
    counts = []
    for number in (0, 29):
        for _ in range(number):
            make_own(world, S.OPEN)
        with queries() as listing:
            page = browser.get("/requests/?q=infection&state=open")
        with queries() as detail:
            browser.get(f"/requests/{request_id}")
        counts.append((len(listing), len(detail)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 1 + 3
    assert counts[0][1] <= 1 + 6
    assert "Show the next ones" in page.text
    following = page.text.split('aria-label="More of the list"')[1].split('href="')[1].split('"')[0]
    rest = browser.get(following.replace("&amp;", "&")).text
    assert rest.count('class="app-card"') == 10


def test_two_editors_see_both_versions(world: World, as_: Any) -> None:
    request_id = make_own(world, title="First")
    browser = as_("partner")
    path = f"/requests/{request_id}/need"
    page_data = browser.forms(path)[-1]["data"]
    assert browser.submit(path, title="Theirs").status_code == 303
    reply = browser.post(path, data=page_data | {"title": "Mine"})
    assert reply.status_code == 409
    assert "Theirs" in reply.text
    assert 'value="Mine"' in reply.text
    assert get_request(request_id).title == "Theirs"
    version = str(get_request(request_id).version)
    assert browser.submit(path, title="Mine", version=version).status_code == 303
    assert get_request(request_id).title == "Mine"


@pytest.mark.parametrize("name", ["new", "copy"])
def test_double_click_creates_one_request(world: World, as_: Any, name: str) -> None:
    request_id = make_own(world)
    path = "/requests/new" if name == "new" else f"/requests/{request_id}/copy"
    browser = as_("partner")
    data = browser.forms(path)[-1]["data"] | ({"title": "Once"} if name == "new" else {})
    replies = [browser.post(path, data=data) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [303, 303]
    assert replies[0].location == replies[1].location
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PartnerRequest)) == 2


@pytest.mark.parametrize(
    ("section", "answers", "message"),
    [
        ("need", {"title": ""}, "Enter a title"),
        ("need", {"learners_number": "1e3"}, "Enter a whole number"),
        ("need", {"need": "a\x00b"}, "control characters"),
        ("need", {"need": "x" * 4001}, "4,000 characters"),
        ("need", {"kind": "surgery"}, "Choose one of the answers"),
        ("time", {"weekly_minutes": "NaN"}, "Enter hours between"),
        ("time", {"seats": "0"}, "Enter a whole number"),
        ("time", {"seats": "\uff15"}, "Enter a whole number"),
        ("time", {"respond_by_on": "2026-02-30"}, "Enter a real date"),
        ("time", {"respond_by_on": "2026-11-19"}, "not in the past"),
        ("time", {"earliest_start_on": "2026-12-01", "respond_by_on": "2026-12-02"}, "not after the earliest start"),
        ("time", {"earliest_start_on": "2030-01-01"}, "before the programme ends"),
        ("people", {"cost_minor": "1e3"}, "Enter an amount"),
        ("people", {"cost_minor": "12.345"}, "decimal places"),
        ("windows", {"start": "17:00", "end": "14:00", "weekdays": ["1"]}, "later than the start"),
        ("windows", {"start": "25:00", "end": "26:00", "weekdays": ["1"]}, "Enter a time"),
        ("windows", {"start": "10:00", "end": "11:00"}, "Tick at least one day"),
        ("languages", {"language": "xx", "level": "b2"}, "Choose one of the answers"),
        (
            "skills?q=hygiene",
            {"code": "NOPE", "level-NOPE": "teaches", "need-NOPE": "required"},
            "Choose a skill from the list.",
        ),
        ("skills?q=hygiene", {"code": "IPC", "level-IPC": "high", "need-IPC": "required"}, "Choose a level"),
    ],
)
def test_invalid_answers_are_kept_in_the_form_and_explained(
    world: World, as_: Any, section: str, answers: dict[str, Any], message: str
) -> None:
    request_id = make_own(world)
    before = get_request(request_id).version
    reply = as_("partner").submit(f"/requests/{request_id}/{section}", **answers)
    assert reply.status_code == 422
    assert message in reply.text
    assert get_request(request_id).version == before


def test_sections_of_a_draft_may_be_incomplete(world: World, as_: Any) -> None:
    browser = as_("partner")
    path = browser.submit("/requests/new", title="Only a title").location
    for section in ("need", "time", "people"):
        assert browser.submit(f"{path}/{section}").status_code == 303, section
    ask = get_request(int(path.rsplit("/", 1)[1]))
    assert (ask.need, ask.seats, ask.urgency.value, ask.respond_by_on) == (None, 1, "routine", None)


def test_new_without_a_programme_names_the_coordinator(world: World, as_: Any) -> None:
    world.stranger = make_account(Role.PARTNER, institution_id=make_institution("KE").id)
    assert "in no running programme" in as_("stranger").get("/requests/new").text


def test_new_offers_only_own_institutions(world: World, as_: Any) -> None:
    browser = as_("partner")
    assert "Valley Hospital" not in browser.get("/requests/new").text
    reply = browser.submit("/requests/new", title="T", place=f"{world.there.id}-{world.programme.id}")
    assert reply.status_code == 422


def test_return_needs_a_message_and_shows_it(world: World, as_: Any) -> None:
    request_id = make_own(world, S.SUBMITTED)
    browser = as_("director")
    assert browser.submit(f"/requests/{request_id}/return").status_code == 422
    assert browser.submit(f"/requests/{request_id}/return", message="Which <ward>?").status_code == 303
    assert "Which &lt;ward&gt;?" in as_("partner").get(f"/requests/{request_id}").text


def test_second_director_gets_a_conflict(world: World, as_: Any) -> None:
    request_id = make_own(world, S.SUBMITTED)
    browser = as_("director")
    form = browser.forms(f"/requests/{request_id}/open")[-1]["data"]
    assert browser.submit(f"/requests/{request_id}/return", message="Why?").status_code == 303
    assert browser.post(f"/requests/{request_id}/open", data=form).status_code == 409
    assert get_request(request_id).state is S.RETURNED


def test_withdraw_close_and_reopen_have_a_confirmation_page(world: World, as_: Any, now: dt.datetime) -> None:
    first, second, third = make_own(world, S.OPEN), make_own(world, S.OPEN), make_own(world, S.EXPIRED)
    browser = as_("partner")
    assert browser.submit(f"/requests/{first}/withdraw").status_code == 422
    assert browser.submit(f"/requests/{first}/withdraw", message="No longer needed").status_code == 303
    assert browser.submit(f"/requests/{second}/close").status_code == 303
    director, path = as_("director"), f"/requests/{third}/reopen"
    assert director.submit(path, respond_by_on="2026-11-01").status_code == 422
    day = (now.date() + dt.timedelta(days=14)).isoformat()
    assert director.submit(path, respond_by_on=day).status_code == 303
    assert [get_request(i).state for i in (first, second, third)] == [S.WITHDRAWN, S.CLOSED, S.OPEN]


@pytest.mark.parametrize("bad", ["0", "-1", "99999999999", "x", "2147483648", "1"])
def test_unknown_ids_are_not_found(world: World, as_: Any, bad: str) -> None:
    assert as_("coordinator").get(f"/requests/{bad}").status_code == 404
