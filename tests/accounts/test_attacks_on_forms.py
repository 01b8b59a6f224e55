"""Attacks on email addresses, redirects and form submissions, each of which must fail."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account, viewer_of
from tests.factories.second_factor import code_of, enable_second_factor
from tests.factories.volunteers import make_volunteer
from tests.support.client import FormParser
from tests.support.queued_mail import latest_mail_link
from tests.support.sessions import stale_session
from volunteer_hub.accounts import queries, service
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.patient_check.rules import verdict
from volunteer_hub.privacy import service as privacy
from volunteer_hub.vocabulary import queries as vocabulary


@pytest.mark.parametrize("variant", ["VICTIM@X.example.org", "  victim@x.example.org\t", "victim@x.example.org\n"])
def test_spellings_of_an_address_share_one_throttle(client: Any, app: Flask, monkeypatch: Any, variant: str) -> None:
    monkeypatch.setitem(app.config, "LIMIT_SIGN_IN_ACCOUNT", "2 per minute")
    make_account(Role.VOLUNTEER, email="victim@x.example.org")
    for _ in range(2):
        client.submit("/sign-in", email="victim@x.example.org", password="wrong wrong wrong")
    assert client.submit("/sign-in", email=variant, password=PASSWORD).status_code == 429


def test_unicode_variants_of_an_address_do_not_sign_in(client: Any) -> None:
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


def test_forwarded_for_header_does_not_evade_the_throttle(client: Any, app: Flask, monkeypatch: Any) -> None:
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


def test_second_choice_on_one_page_is_not_dropped(client: Any, app: Flask) -> None:
    """After going back in the browser, a second choice on the same page must not be taken for a duplicate submission."""
    volunteer = make_volunteer()
    volunteer_id = volunteer.id
    client.sign_in(volunteer.account.email)
    codes = [code for code, _specialty in vocabulary.vocabulary().specialties.items()][:60]
    page = client.get("/profile/specialties")
    reader = FormParser()
    reader.feed(page.text)
    form = next(f for f in reader.forms if f["method"] == "post" and f["action"] != "/sign-out")
    statement = sa.text("SELECT count(*) FROM volunteer_specialty WHERE volunteer_id = :v").bindparams(v=volunteer_id)
    start = db.session.scalar(statement)
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
    count = db.session.scalar(statement)
    assert count - start == 2, (start, count)


def test_patient_number_is_refused_in_a_name(client: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    client.sign_in(person.email)
    reply = client.submit("/account", name="Patient Ann Baker NHS number 943 476 5919")
    assert reply.status_code == 422


def test_duplicate_submission_of_a_code_does_not_claim_success_without_sign_in(client: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    secret = enable_second_factor(person)
    client.submit("/sign-in", email=person.email, password=PASSWORD)
    form = [f for f in client.forms("/sign-in/code") if f["action"] != "/sign-out"][-1]
    before = client.get_cookie("volunteer_hub").value
    data = form["data"] | {"app_code": code_of(secret)}
    assert client.post("/sign-in/code", data=data).status_code == 303
    client.set_cookie("volunteer_hub", before)
    again = client.post("/sign-in/code", data=data)
    # The second submission may fail, but must not redirect as a success without signing in.
    assert not (again.status_code == 303 and client.get("/account").status_code == 303)


def test_identity_confirmation_redirects_only_locally(client: Any) -> None:
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


def test_password_reset_revokes_a_pending_email_change(client: Any, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER)
    service.request_email_change(person, "thief@x.example.org", actor=viewer_of(person), now=now)
    db.session.commit()
    path = latest_mail_link("confirm_new_email")
    service.request_password_reset(person.email, now=now)
    db.session.commit()
    assert client.get(path).status_code == 200
    client.submit(latest_mail_link("reset_password"), password="three random words")
    assert client.get(path).status_code == 404


def test_code_is_consumed_even_if_the_form_is_refused(client: Any, app: Flask, clock: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    email, secret = person.email, enable_second_factor(person)
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


def test_acknowledgement_covers_only_the_same_text(client: Any) -> None:
    boss, person = make_account(Role.ADMIN), make_account(Role.VOLUNTEER)
    client.sign_in(boss.email)
    text = "Initials J.S., bed 4"
    other_text = "Initials K.T., bed 9"
    if verdict(text) != "warn":
        pytest.skip("not a warning")
    path = f"/people/{person.id}/deactivate"
    first = client.submit(path, typed=person.email, reason=text)
    assert first.status_code == 422
    seen = re.search(r'name="patient_data_seen" value="([^"]+)"', first.text)[1]
    again = client.submit(path, typed=person.email, reason=other_text, patient_data_seen=seen, no_patient_data="yes")
    assert again.status_code == 422


def test_open_session_of_an_erased_person_changes_nothing(client: Any, now: dt.datetime) -> None:
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
