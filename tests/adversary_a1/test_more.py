"""Replayed forms, texts that nobody looks over, jobs that one person stops."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account, viewer_of
from tests.factories.second_factor import code_of, give_factor
from tests.factories.volunteers import make_volunteer
from tests.support.letters import letters, link_in
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts import service as entry
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.privacy import service
from volunteer_hub.privacy.states import ErasureState
from volunteer_hub.vocabulary import queries as vocabulary


def test_another_word_picked_on_one_shown_page_is_not_dropped(client: Any, app: Flask) -> None:
    """Back in the browser, or two quick presses: the second specialty is answered as the first and lost."""
    volunteer = make_volunteer()
    volunteer_id = volunteer.id
    client.sign_in(volunteer.account.email)
    codes = [code for code, word in vocabulary.vocabulary().specialties.items()][:60]
    page = client.get("/profile/specialties")
    from tests.support.client import Forms

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


def test_a_wish_left_open_by_retention_stops_everybody_s_erasure(app: Flask, now: dt.datetime, clock: Any) -> None:
    boss = make_account(Role.ADMIN)
    person = make_account(Role.VOLUNTEER, name="Wilma Quill", at=now - dt.timedelta(days=2000))
    other = make_account(Role.VOLUNTEER, name="Other Person")
    when = now - dt.timedelta(days=800)
    wish = service.ask(person, words=None, actor=viewer_of(person), now=when)  # nobody answered it
    db.session.commit()
    other_id, person_id = other.id, person.id
    service.erase_unused(clock())
    db.session.commit()
    service.erase_unused(clock.advance(days=31))
    db.session.commit()
    assert accounts.get(person_id).state is AccountState.ERASED
    db.session.refresh(wish)
    assert wish.state not in (ErasureState.ASKED, ErasureState.GRANTED), "a wish of nobody still waits for an answer"


def test_one_person_who_cannot_be_erased_does_not_stop_the_others(client: Any, now: dt.datetime) -> None:
    boss = make_account(Role.ADMIN)
    first, second = make_account(Role.VOLUNTEER, name="Wilma Quill"), make_account(Role.VOLUNTEER, name="Vera Vole")
    wishes = [service.ask(p, words=None, actor=viewer_of(p), now=now) for p in (first, second)]
    for wish in wishes:
        service.grant(wish, words=None, actor=viewer_of(boss), now=now)
    entry.register(name="Mallory", email=f"erased-{first.id}@erased.invalid", password="three random words", now=now)
    db.session.commit()
    second_id = second.id
    try:
        service.fulfil_wishes(now + dt.timedelta(days=8))
        db.session.commit()
    except sa.exc.IntegrityError:
        db.session.rollback()
    assert accounts.get(second_id).state is AccountState.ERASED


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


def test_an_old_invitation_ends_no_session_and_tells_nobody(client: Any, app: Flask, now: dt.datetime) -> None:
    """A password set by an old invitation is told to nobody, unlike every other new password."""
    boss = make_account(Role.ADMIN)
    ivy = make_account(Role.FUNDER, state=AccountState.INVITED, email="ivy@x.example.org")
    for minute in (0, 1):
        entry.resend_invitation(
            ivy, role="Funder", place="x", actor=viewer_of(boss), now=now + dt.timedelta(minutes=minute)
        )
    db.session.commit()
    from tests.support.letters import LINK

    links = [LINK.search(m.text)[1] for m in letters("invitation")]
    for path, password in zip(links, ("ivy alone knows this", "mallory knows this one"), strict=True):
        client.submit(path, name="Ivy", password=password, code_of_conduct="yes", patient_data_pledge="yes")
    with app.app_context():
        pass
    signs = client.submit("/sign-in", email="ivy@x.example.org", password="mallory knows this one")
    assert signs.status_code != 303 or letters("password_changed")


def test_the_download_names_nobody_else_s_rows(client: Any, now: dt.datetime) -> None:
    one = make_volunteer(name="One Only")
    make_volunteer(name="Foreign Canary", email="foreign.canary@x.example.org")
    client.sign_in(one.account.email)
    reply = client.submit("/account/my-data")
    assert reply.status_code == 200
    assert "anary" not in reply.text


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
        from urllib.parse import quote

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
