"""Ways past the links, codes and forms of the accounts area that are closed."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import BuildError

from tests.factories.accounts import PASSWORD, make_account, viewer_of
from tests.factories.second_factor import RECOVERY, code_of, give_factor
from tests.factories.volunteers import make_volunteer
from tests.support.client import Forms
from tests.support.letters import LINK, letters, link_in
from volunteer_hub.accounts import codes, queries, service
from volunteer_hub.accounts import service as entry
from volunteer_hub.accounts.guards import WITHOUT_FACTOR
from volunteer_hub.accounts.models import RecoveryCode
from volunteer_hub.accounts.sealing import Sealed, seal
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role, is_public
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.once import FormSubmission
from volunteer_hub.core.patient_data.rules import verdict
from volunteer_hub.privacy import service as privacy
from volunteer_hub.vocabulary import queries as vocabulary

LIFE = dt.timedelta(days=1)


def _link(text: str) -> str:
    found = LINK.search(text)
    assert found
    return found[1]


def _accept(client: Any, path: str, password: str) -> Any:
    return client.submit(path, name="Ivy Invited", password=password, code_of_conduct="yes", patient_data_pledge="yes")


def test_an_older_invitation_is_void_once_one_was_accepted(client: Any, now: dt.datetime) -> None:
    """Two invitations; the first is accepted; the second link (in a forwarded e-mail) still works."""
    boss = make_account(Role.ADMIN)
    ivy = make_account(Role.FUNDER, state=AccountState.INVITED, email="ivy@x.example.org")
    ivy.password_hash = None
    service.resend_invitation(ivy, role="Funder", place="x", actor=viewer_of(boss), now=now)
    service.resend_invitation(ivy, role="Funder", place="x", actor=viewer_of(boss), now=now + dt.timedelta(minutes=1))
    db.session.commit()
    links = [_link(m.text) for m in letters("invitation")]
    assert len(set(links)) == 2
    assert _accept(client, links[0], "ivy alone knows this").status_code == 303
    page = client.get(links[1])
    if page.status_code == 200:
        _accept(client, links[1], "mallory knows this one")
    db.session.expire_all()
    with pytest.raises(DomainError):
        service.sign_in("ivy@x.example.org", "mallory knows this one", browser="", now=now, life=LIFE)


def test_no_invitation_outlives_a_change_of_password(client: Any, now: dt.datetime) -> None:
    boss = make_account(Role.ADMIN)
    ivy = make_account(Role.FUNDER, state=AccountState.INVITED, email="ivy@x.example.org")
    for minute in (0, 1):
        service.resend_invitation(
            ivy, role="Funder", place="x", actor=viewer_of(boss), now=now + dt.timedelta(minutes=minute)
        )
    db.session.commit()
    links = [_link(m.text) for m in letters("invitation")]
    assert _accept(client, links[0], "ivy alone knows this").status_code == 303
    client.sign_in("ivy@x.example.org", "ivy alone knows this")
    client.submit("/account/password", old="ivy alone knows this", password="a newer fine password")
    assert client.get(links[1]).status_code != 200


def _stale_session(client: Any, clock: Any, email: str, secret: str) -> None:
    client.submit("/sign-in", email=email, password=PASSWORD)
    client.submit("/sign-in/code", app_code=code_of(secret))
    clock.advance(minutes=30)


def test_a_recovery_code_given_with_a_refused_form_is_used_up(client: Any, clock: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    secret = give_factor(person)
    _stale_session(client, clock, person.email, secret)
    token = client.forms("/account")[-1]["data"]["csrf_token"][0]
    person_id = person.id
    client.post("/account/second-factor/set-up", data={"csrf_token": token, "app_code": "000000", "identity": RECOVERY})
    assert queries.recovery_codes_left(person_id) == 0
    assert letters("recovery_code_used")


def test_a_double_click_keeps_the_fresh_recovery_codes(client: Any) -> None:
    """The browser follows the answer of the second press."""
    person = make_account(Role.VOLUNTEER)
    give_factor(person)
    client.submit("/sign-in", email=person.email, password=PASSWORD)
    client.submit("/sign-in/code", app_code=RECOVERY)
    form = [f for f in client.forms("/account/second-factor/new-codes") if f["action"] != "/sign-out"][-1]
    before = client.get_cookie("volunteer_hub").value
    first = client.post("/account/second-factor/new-codes", data=form["data"])
    assert first.status_code == 303
    client.set_cookie("volunteer_hub", before)  # the first answer never reached the browser
    second = client.post("/account/second-factor/new-codes", data=form["data"])
    assert client.get(second.headers["Location"]).status_code == 200, "ten codes exist that nobody has seen"


def test_a_right_recovery_code_is_never_taken_for_patient_data(client: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    give_factor(person)
    code = "mrn2-269q-bws9-rpe8"  # 1 in 15,000 codes of our own alphabet begins like this
    db.session.add(
        RecoveryCode(account_id=person.id, code_hash=codes.recovery_hash(person.id, code), created_at=person.created_at)
    )
    db.session.commit()
    client.submit("/sign-in", email=person.email, password=PASSWORD)
    assert client.submit("/sign-in/code", app_code=code).status_code == 303


def test_an_account_whose_address_looks_like_a_record_number_can_be_closed(client: Any) -> None:
    boss = make_account(Role.ADMIN)
    make_account(Role.ADMIN)
    person = make_account(Role.VOLUNTEER, email="mrn483920@nhs.example.org")
    client.sign_in(boss.email)
    reply = client.submit(f"/people/{person.id}/deactivate", typed=person.email, why="Left the trust")
    assert reply.status_code == 303, reply.text[:0]


def test_sealed_codes_as_a_setup_secret_are_a_plain_refusal(client: Any, app: Flask, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER)
    client.sign_in(person.email)
    sealed = seal(
        "abcd-efgh-jkmn-pqrs", Sealed.CODES, owner=person.id, now=now
    )  # as the cookie of the codes page shows it
    reply = client.submit("/account/second-factor/set-up", sealed=sealed, app_code="123456")
    assert reply.status_code == 422


def test_a_secret_of_a_link_is_kept_nowhere_in_the_clear(client: Any, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER)
    service.request_reset(person.email, now=now)
    db.session.commit()
    path = link_in("reset_password")
    client.submit(path, password="three random words")
    kept = repr([(f.path, f.location) for f in db.session.scalars(sa.select(FormSubmission))])
    assert path.rsplit("/", 1)[-1] not in kept


def test_a_trusted_browser_is_nobody_else_s(client: Any) -> None:
    one, other = make_account(Role.VOLUNTEER), make_account(Role.VOLUNTEER)
    secret = give_factor(one)
    give_factor(other)
    client.submit("/sign-in", email=one.email, password=PASSWORD)
    client.submit("/sign-in/code", app_code=code_of(secret), trust="yes")
    client.delete_cookie("volunteer_hub")
    reply = client.submit("/sign-in", email=other.email, password=PASSWORD)
    assert "/sign-in/code" in reply.headers["Location"]
    assert client.get("/account").status_code == 303


def test_a_waiting_session_opens_nothing_and_its_secret_is_no_session(client: Any) -> None:
    one = make_account(Role.VOLUNTEER)
    give_factor(one)
    client.submit("/sign-in", email=one.email, password=PASSWORD)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = cookie["waiting"]
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize("cookie", ["\xff\xfe", "a" * 4000, "%00", "\u00e9"])
def test_a_strange_device_cookie_is_no_fault(client: Any, cookie: str) -> None:
    one = make_account(Role.VOLUNTEER)
    give_factor(one)
    client.set_cookie("volunteer_hub_device", cookie)
    reply = client.submit("/sign-in", email=one.email, password=PASSWORD)
    assert reply.status_code == 303


def test_a_deactivated_and_reactivated_account_keeps_its_factor(client: Any, now: dt.datetime) -> None:
    boss, person = make_account(Role.ADMIN), make_account(Role.COORDINATOR)
    give_factor(person)
    actor = viewer_of(boss)
    service.deactivate(person, why="x", successors={}, actor=actor, now=now)
    service.reactivate(person, actor=actor, now=now)
    db.session.commit()
    client.submit(link_in("account_reactivated"), password="three random words")
    reply = client.submit("/sign-in", email=person.email, password="three random words")
    assert "/sign-in/code" in reply.headers["Location"]


def test_every_post_of_staff_without_factor_is_turned_away(client: Any, app: Flask, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "REQUIRE_SECOND_FACTOR", True)
    boss = make_account(Role.ADMIN, Role.COORDINATOR, Role.FINANCE)
    client.sign_in(boss.email)
    token = client.forms("/account/second-factor/set-up")[-1]["data"]["csrf_token"][0]
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint in WITHOUT_FACTOR or is_public(view) or rule.endpoint.startswith("help."):
            continue
        with app.test_request_context():
            values = dict.fromkeys(rule.arguments, 1)
            with contextlib.suppress(BuildError):
                path = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in rule.methods & {"GET", "POST"}:
            reply = client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
            assert reply.status_code in (303, 403, 404), (rule, method, reply.status_code)
            if reply.status_code == 303:
                assert reply.headers["Location"].endswith("/account/second-factor/"), (rule, method)


@pytest.mark.parametrize("variant", ["VICTIM@X.example.org", "  victim@x.example.org\t", "victim@x.example.org\n"])
def test_variants_of_an_address_count_as_one(client: Any, app: Flask, monkeypatch: Any, variant: str) -> None:
    monkeypatch.setitem(app.config, "LIMIT_SIGN_IN_ACCOUNT", "2 per minute")
    make_account(Role.VOLUNTEER, email="victim@x.example.org")
    for _ in range(2):
        client.submit("/sign-in", email="victim@x.example.org", password="wrong wrong wrong")
    assert client.submit("/sign-in", email=variant, password=PASSWORD).status_code == 429


def test_unicode_and_long_variants_sign_nobody_in(client: Any) -> None:
    make_account(Role.VOLUNTEER, email="victim@x.example.org")
    for variant in (
        "v\u0131ctim@x.example.org",
        "victim@x.example.org\u200b",
        "\ufeffvictim@x.example.org",
        "victim@x.example.org\u3000x",
        "\u2003victim@x.example.org",
        "\x1fvictim@x.example.org",
    ):
        reply = client.submit("/sign-in", email=variant, password=PASSWORD)
        if reply.status_code == 303:
            assert variant.strip().lower() == "victim@x.example.org", repr(variant)
            client.delete_cookie("volunteer_hub")


def test_forwarded_for_is_not_believed(client: Any, app: Flask, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "LIMIT_SIGN_IN_NETWORK", "2 per minute")
    form = client.forms("/sign-in")[-1]["data"]
    codes = [
        client.post(
            "/sign-in",
            data=form | {"email": f"a{n}@x.example.org", "password": "x"},
            headers={"X-Forwarded-For": f"10.0.0.{n}"},
        ).status_code
        for n in range(4)
    ]
    assert codes[-1] == 429


def test_another_word_picked_on_one_shown_page_is_not_dropped(client: Any, app: Flask) -> None:
    """Back in the browser, or two quick presses: the second specialty is answered as the first and lost."""
    volunteer = make_volunteer()
    volunteer_id = volunteer.id
    client.sign_in(volunteer.account.email)
    codes = [code for code, word in vocabulary.vocabulary().specialties.items()][:60]
    page = client.get("/profile/specialties")
    reader = Forms()
    reader.feed(page.text)
    form = next(f for f in reader.forms if f["method"] == "post" and f["action"] != "/sign-out")
    held = sa.text("SELECT count(*) FROM volunteer_specialty WHERE volunteer_id = :v").bindparams(v=volunteer_id)
    start = db.session.scalar(held)
    own = set(db.session.scalars(sa.text("SELECT specialty_code FROM volunteer_specialty")))
    codes = [code for code in codes if code not in own]
    sent = 0
    for code in codes:
        reply = client.post("/profile/specialties", data=form["data"] | {"code": code})
        if reply.status_code == 303:
            sent += 1
        if sent == 2:
            break
    assert "form_key" in form["data"]
    count = db.session.scalar(held)
    assert count - start == 2, (start, count)


def test_a_patient_s_number_is_refused_in_a_name_too(client: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    client.sign_in(person.email)
    reply = client.submit("/account", name="Patient Ann Baker NHS number 943 476 5919")
    assert reply.status_code == 422


def test_a_double_click_on_the_code_page_signs_in(client: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    secret = give_factor(person)
    client.submit("/sign-in", email=person.email, password=PASSWORD)
    form = [f for f in client.forms("/sign-in/code") if f["action"] != "/sign-out"][-1]
    before = client.get_cookie("volunteer_hub").value
    data = form["data"] | {"app_code": code_of(secret)}
    assert client.post("/sign-in/code", data=data).status_code == 303
    client.set_cookie("volunteer_hub", before)
    again = client.post("/sign-in/code", data=data)
    # Held: the second press may fail, but must not claim success while nobody is signed in.
    assert not (again.status_code == 303 and client.get("/account").status_code == 303)


def test_open_redirects_after_proving_who_one_is(client: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    client.sign_in(person.email)
    for target in (
        "//evil.example",
        "https:evil.example",
        "/\t/evil.example",
        "/.//evil.example",
        "/\\evil.example",
        "/account?next=//evil.example",
        "/a/..//evil.example",
        "/%2f/evil.example",
        "/;//evil.example",
    ):
        path = f"/confirm-identity?next={quote(target, safe='')}"
        form = [f for f in client.forms(path) if f["action"] != "/sign-out"][-1]
        reply = client.post(path, data=form["data"] | {"identity": PASSWORD})
        assert reply.status_code == 303
        assert reply.headers["Location"].startswith("/")
        assert not reply.headers["Location"].startswith(("//", "/\\", "/."))


def test_an_address_waiting_to_be_confirmed_is_void_after_a_reset(client: Any, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER)
    entry.request_address(person, "thief@x.example.org", actor=viewer_of(person), now=now)
    db.session.commit()
    path = link_in("confirm_new_email")
    entry.request_reset(person.email, now=now)
    db.session.commit()
    client.submit(link_in("reset_password"), password="three random words")
    assert client.get(path).status_code != 200


def test_a_code_given_with_a_refused_form_is_used_up(client: Any, app: Flask, clock: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    email, secret = person.email, give_factor(person)
    _stale_session(client, clock, email, secret)
    token = client.forms("/account")[-1]["data"]["csrf_token"][0]
    code = code_of(secret)
    first = client.post("/account/email", data={"csrf_token": token, "email": "no address", "identity": code})
    assert first.status_code == 422
    assert "identity" not in first.text, "the code was taken for right: the page itself is shown"
    other = app.test_client()
    other.submit("/sign-in", email=email, password=PASSWORD)
    assert other.submit("/sign-in/code", app_code=code).status_code == 422, "one code opened twice"
    assert client.submit("/account/email", email="new@x.example.org").status_code == 303, "the proof is kept"


def test_a_tick_counts_for_the_same_words_of_the_same_page_only(client: Any) -> None:
    boss, person = make_account(Role.ADMIN), make_account(Role.VOLUNTEER)
    client.sign_in(boss.email)
    words = "Initials J.S., bed 4"
    other = "Initials K.T., bed 9"
    if verdict(words) != "warn":
        pytest.skip("not a warning")
    path = f"/people/{person.id}/deactivate"
    first = client.submit(path, typed=person.email, why=words)
    assert first.status_code == 422
    seen = re.search(r'name="patient_data_seen" value="([^"]+)"', first.text)[1]
    again = client.submit(path, typed=person.email, why=other, patient_data_seen=seen, no_patient_data="yes")
    assert again.status_code == 422


def test_the_open_session_of_an_erased_person_does_nothing(client: Any, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER, name="Wilma Quill")
    client.sign_in(person.email)
    token = client.forms("/account")[-1]["data"]["csrf_token"][0]
    privacy.erase(person, actor=None, now=now)
    db.session.commit()
    assert (
        client.post("/account", data={"csrf_token": token, "name": "Wilma Quill", "time_zone": "UTC"}).status_code
        == 303
    )
    db.session.expire_all()
    assert "Quill" not in queries.get(person.id).name
