"""An erasure leaves nothing in emails that identifies the person."""

from __future__ import annotations

import datetime as dt
import hashlib

import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.mail import make_paused_address, queue_mail
from tests.support.erasure import erase
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import AddressBounces, OutboxMail


def test_name_is_removed_from_headers_and_calendars_of_others(app: Flask, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER, name="Wilma Quill", email="wilma@x.example.org")
    mail = queue_mail(to=make_account())
    mail.headers = {"Reply-To": "Wilma Quill <wilma@x.example.org>"}
    mail.calendar = "METHOD:REQUEST\r\nATTENDEE;CN=Wilma Quill:mailto:wilma@x.example.org\r\n"
    db.session.commit()
    mail_id = mail.id
    erase(person, now)
    db.session.expire_all()
    mail = db.session.get_one(OutboxMail, mail_id)
    assert "METHOD:REQUEST" in mail.calendar
    assert "Reply-To" in mail.headers
    assert "ilma" not in f"{mail.headers} {mail.calendar}"


def test_message_id_is_not_a_hash_of_the_address(app: Flask) -> None:
    mail = queue_mail(to=make_account(email="wilma@x.example.org"))
    key = (mail.recipient_email, mail.kind, mail.subject_type, mail.subject_id, mail.due_at)
    guessed = hashlib.sha256("|".join(map(str, key)).encode()).hexdigest()[:32]
    assert guessed not in mail.message_id


def test_message_ids_made_of_the_address_are_replaced(app: Flask, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER, email="wilma@x.example.org")
    mails = [queue_mail(to=person), queue_mail(to=person, kind="second_factor_on")]
    mails[0].recipient_email = "old@x.example.org"
    mails[1].recipient_account_id = None
    db.session.commit()
    former_ids = {mail.message_id for mail in mails}
    erase(person, now)
    assert not former_ids & set(db.session.scalars(sa.select(OutboxMail.message_id)))


def test_bounced_addresses_of_the_person_are_deleted(app: Flask, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER, email="wilma@x.example.org")
    make_paused_address("old@x.example.org", account_id=person.id)
    make_paused_address("wilma@x.example.org")
    make_paused_address("another@x.example.org")
    erase(person, now)
    assert db.session.scalars(sa.select(AddressBounces.address)).all() == ["another@x.example.org"]
