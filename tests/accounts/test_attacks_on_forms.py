"""Ways past the addresses and forms of the accounts area that are closed."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.accounts.test_attacks_on_sign_in import stale_session
from tests.factories.accounts import PASSWORD, make_account, viewer_of
from tests.factories.second_factor import code_of, give_factor
from tests.factories.volunteers import make_volunteer
from tests.support.client import Forms
from tests.support.letters import link_in
from volunteer_hub.accounts import queries
from volunteer_hub.accounts import service as entry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.patient_data.rules import verdict
from volunteer_hub.privacy import service as privacy
from volunteer_hub.vocabulary import queries as vocabulary


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
    entry.request_email_change(person, "thief@x.example.org", actor=viewer_of(person), now=now)
    db.session.commit()
    path = link_in("confirm_new_email")
    entry.request_password_reset(person.email, now=now)
    db.session.commit()
    client.submit(link_in("reset_password"), password="three random words")
    assert client.get(path).status_code != 200


def test_a_code_given_with_a_refused_form_is_used_up(client: Any, app: Flask, clock: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    email, secret = person.email, give_factor(person)
    stale_session(client, clock, email, secret)
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
    assert "Quill" not in queries.get_account(person.id).name
