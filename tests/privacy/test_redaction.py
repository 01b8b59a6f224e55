"""An erasure redacts whole names and addresses in other people's texts, and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.partner_requests import make_request
from tests.support.erasure import erase
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts import service as accounts_service
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.imports.models import ImportBatch
from volunteer_hub.imports.states import ImportKind, ImportState
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.service import Recipient, queue
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.privacy import service
from volunteer_hub.privacy.models import ErasureRequest
from volunteer_hub.privacy.states import ErasureState


def test_address_inside_another_address_is_kept(client: Any, now: dt.datetime) -> None:
    """ann@… is a part of joann@…, whose owner must still be able to sign in."""
    ann = make_account(Role.VOLUNTEER, name="Ann Leaving", email="ann@trust.example.org")
    other = make_account(Role.VOLUNTEER, name="Joann Staying", email="joann@trust.example.org")
    other_id = other.id
    erase(ann, now)
    db.session.expire_all()
    assert accounts.get_account(other_id).email == "joann@trust.example.org"
    client.sign_in("joann@trust.example.org")


def test_address_that_begins_another_address_is_kept(app: Flask, now: dt.datetime) -> None:
    ann = make_account(Role.VOLUNTEER, name="Ann Leaving", email="ann@nhs.net")
    other = make_account(Role.VOLUNTEER, name="Ann Staying", email="ann@nhs.network.org")
    other_id = other.id
    erase(ann, now)
    db.session.expire_all()
    assert accounts.get_account(other_id).email == "ann@nhs.network.org"


def test_name_inside_other_words_is_kept(app: Flask, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER, name="Ann Lee", email="al@x.example.org")
    partner_request = make_request()
    partner_request.need = "Mary Ann Leeds leads the ward, call her first."
    db.session.commit()
    partner_request_id = partner_request.id
    erase(person, now)
    assert "Mary Ann Leeds" in db.session.get_one(PartnerRequest, partner_request_id).need


def test_name_of_common_words_does_not_redact_texts(app: Flask, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER, name="infection control", email="x1@x.example.org")
    partner_request = make_request()
    partner_request.need = "A workshop on infection control for 20 nurses."
    db.session.commit()
    partner_request_id = partner_request.id
    erase(person, now)
    assert "infection control" in db.session.get_one(PartnerRequest, partner_request_id).need


def test_other_capitalisation_is_redacted(app: Flask, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER, name="Wilma Quill", email="wilma.quill@x.example.org")
    partner_request = make_request()
    partner_request.need = "Write to Wilma.Quill@x.example.org, WILMA QUILL knows."
    db.session.commit()
    partner_request_id = partner_request.id
    erase(person, now)
    need = db.session.get_one(PartnerRequest, partner_request_id).need
    assert need.startswith("Write to ")
    assert "quill" not in need.lower()


def test_name_with_an_apostrophe_is_redacted_in_html(app: Flask, now: dt.datetime) -> None:
    person = make_account(Role.DIRECTOR, country="UG", name="Siobhan O'Quillan", email="so@x.example.org")
    deputy = make_account(Role.DIRECTOR, country="UG", name="Dan Deputy")
    accounts_service.set_deputy(
        person, deputy, from_on=now.date(), until_on=now.date(), actor=viewer_of(person), now=now
    )
    db.session.commit()
    erase(person, now)
    stored = [(m.subject, m.text, m.html) for m in db.session.scalars(sa.select(OutboxMail))]
    assert "Dan Deputy" in repr(stored)
    assert "Quillan" not in repr(stored)


def test_former_name_is_redacted(app: Flask, now: dt.datetime) -> None:
    person = make_account(Role.DIRECTOR, country="UG", name="Wilma Maidenname", email="old@quill.example.org")
    deputy = make_account(Role.DIRECTOR, country="UG", name="Dan Deputy")
    accounts_service.set_deputy(
        person, deputy, from_on=now.date(), until_on=now.date(), actor=viewer_of(person), now=now
    )
    accounts_service.change_details(person, name="Wilma Married", time_zone="UTC", actor=viewer_of(person), now=now)
    db.session.commit()
    erase(person, now)
    stored = [(m.subject, m.text, m.html) for m in db.session.scalars(sa.select(OutboxMail))]
    assert "Dan Deputy" in repr(stored)
    assert "Maidenname" not in repr(stored)


def test_email_linked_only_by_address_is_redacted(app: Flask, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER, name="Wilma Quill", email="wilma.quill@x.example.org")
    queue("no_account", Recipient("Wilma Quill", "wilma.quill@x.example.org"), person, now=now)
    db.session.commit()
    erase(person, now)
    stored = [(m.recipient_name, m.recipient_email, m.text) for m in db.session.scalars(sa.select(OutboxMail))]
    assert len(stored) == 1
    assert "Quill" not in repr(stored)


def test_placeholder_address_cannot_be_registered_first(client: Any, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER, name="Wilma Quill", email="wilma.quill@x.example.org")
    person_id = person.id
    client.submit(
        "/register",
        name="Mallory Squat",
        email=f"erased-{person_id}@erased.invalid",
        password="three random words",
        code_of_conduct="yes",
        patient_data_pledge="yes",
    )
    assert accounts.find_by_email(f"erased-{person_id}@erased.invalid") is None, "such an address cannot be registered"
    make_account(email=f"erased-{person_id}@erased.invalid")
    erase(accounts.get_account(person_id), now)
    assert accounts.get_account(person_id).state is AccountState.ERASED


def test_erasure_closes_the_open_request(app: Flask, now: dt.datetime) -> None:
    boss = make_account(Role.ADMIN)
    person = make_account(Role.VOLUNTEER, name="Wilma Quill", at=now - dt.timedelta(days=1000))
    other = make_account(Role.VOLUNTEER, name="Other Person")
    erasure_request = service.request_erasure(person, message=None, actor=viewer_of(person), now=now)
    other_request = service.request_erasure(other, message=None, actor=viewer_of(other), now=now)
    db.session.commit()
    erasure_request_id, other_request_id, other_id = erasure_request.id, other_request.id, other.id
    erase(person, now)  # as erase_unused_accounts does
    erasure_request = db.session.get_one(ErasureRequest, erasure_request_id)
    if erasure_request.state is ErasureState.REQUESTED:
        service.grant_request(erasure_request, message=None, actor=viewer_of(boss), now=now)
    service.grant_request(
        db.session.get_one(ErasureRequest, other_request_id), message=None, actor=viewer_of(boss), now=now
    )
    db.session.commit()
    service.fulfil_erasure_requests(now + dt.timedelta(days=8))
    db.session.commit()
    assert accounts.get_account(other_id).state is AccountState.ERASED


def test_rows_of_a_pending_import_are_deleted(app: Flask, now: dt.datetime) -> None:
    staff = make_account(Role.COORDINATOR)
    person = make_account(Role.VOLUNTEER, name="Wilma Quill", email="wilma.quill@x.example.org")
    db.session.add(
        ImportBatch(
            kind=next(iter(ImportKind)),
            file_name="list.csv",
            file_hash="x",
            rows='[{"name": "Wilma Quill", "email": "wilma.quill@x.example.org"}]',
            row_count=1,
            error_count=0,
            state=ImportState.CHECKED,
            actor_id=staff.id,
            created_at=now,
        )
    )
    db.session.commit()
    erase(person, now)
    assert "Quill" not in repr([b.rows for b in db.session.scalars(sa.select(ImportBatch))])


def test_new_account_with_an_erased_address_is_separate(client: Any, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER, name="Wilma Quill", email="wilma.quill@x.example.org")
    client.sign_in(person.email)
    erased_id = person.id
    erase(person, now)
    assert client.get("/account").status_code == 303
    client.submit(
        "/register",
        name="New Person",
        email="wilma.quill@x.example.org",
        password="three random words",
        code_of_conduct="yes",
        patient_data_pledge="yes",
    )
    new_account = accounts.find_by_email("wilma.quill@x.example.org")
    assert new_account is not None
    assert new_account.id != erased_id
