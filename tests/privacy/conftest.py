"""A volunteer whose name is in every column that may hold it, with work that has ended."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_request
from tests.factories.placements import make_placement
from tests.support.erasure import EMAIL, NAME
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, PolicyAcceptance, RecoveryCode, TrustedDevice
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import HoursKind, HoursState
from volunteer_hub.matching.states import MatchState
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.privacy import subject_queries
from volunteer_hub.privacy.data_map import DATA_MAP
from volunteer_hub.privacy.rules import DataClass


def put_canary(account: Account) -> None:
    """Write the person's name into every free-text and detail column of rows about them."""
    for name, entry in DATA_MAP.items():
        table = subject_queries.get_table(name)
        for column in entry.column_names(DataClass.FREE_TEXT, DataClass.DETAIL):
            if entry.subject_paths and isinstance(table.c[column].type, sa.Text):
                statement = sa.update(table).where(subject_queries.subject_condition(name, account.id))
                db.session.execute(statement.values({column: f"Ask {NAME} <{EMAIL}> about it."}))


@pytest.fixture
def person(app: Flask, now: dt.datetime) -> Account:
    """Return Wilhelmina's account, with a placement ended early, a declined match, hours, links and a trusted browser."""
    volunteer = make_fitting_volunteer(name=NAME, email=EMAIL, capacity=5)
    account = volunteer.account
    placement = make_placement(make_match(make_request(), volunteer), PlacementState.ENDED_EARLY)
    make_match(make_request(), volunteer, MatchState.DECLINED)
    when = clock.now()
    db.session.add(
        HoursEntry(
            placement_id=placement.id, volunteer_id=volunteer.id, worked_on=when.date(), minutes=90,
            kind=HoursKind.DELIVERY, state=HoursState.LOGGED, note="Taught", logged_at=when, updated_at=when,
        )
    )  # fmt: skip
    db.session.add(PolicyAcceptance(account_id=account.id, policy="privacy", version="1", accepted_at=when))
    db.session.add(RecoveryCode(account_id=account.id, code_hash="hash", created_at=when))
    times = {"created_at": when, "last_used_at": when, "expires_at": when}
    db.session.add(TrustedDevice(account_id=account.id, token_hash="device", browser="Firefox", **times))
    accounts.request_password_reset(EMAIL, now=when)
    accounts.change_details(account, name=NAME, time_zone="Europe/London", actor=viewer_of(account), now=when)
    staff = make_account(Role.COORDINATOR)
    note = f"I talked to {NAME}."
    audit.record("account.details_changed", staff, actor=viewer_of(staff), now=when, note=note)
    put_canary(account)
    placement.request.need = f"We were helped by {NAME}, write to {EMAIL}."
    db.session.commit()
    return account
