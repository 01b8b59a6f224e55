"""What this area registers with the areas below, at start-up."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from volunteer_hub.accounts import emails
from volunteer_hub.accounts.models import Account, AccountToken, RoleGrant
from volunteer_hub.accounts.states import CLOSED_STATES
from volunteer_hub.core.db import db
from volunteer_hub.institutions.references import INSTITUTION_REFERENCES, InstitutionReferenceProvider
from volunteer_hub.mail.models import AddressBounces, OutboxMail
from volunteer_hub.mail.relevance import RELEVANCE_OF_ALL, register_row_check
from volunteer_hub.mail.signals import address_paused

KINDS_WITH_TOKEN = ("confirm_address", "reset_password", "invitation", "confirm_new_email", "account_reactivated")
KINDS_FOR_CLOSED_ACCOUNTS = frozenset({"account_deactivated"})


def register() -> None:
    """Register when an email to an account is still true, who refers to an institution; hear of paused addresses."""
    register_row_check(AccountToken, _is_usable, *KINDS_WITH_TOKEN)
    RELEVANCE_OF_ALL.register("accounts", _may_be_written_to)
    INSTITUTION_REFERENCES.register(
        "people", InstitutionReferenceProvider(_l("People with a role there"), _count_people, "accounts.people")
    )
    address_paused.connect(_on_address_paused)


def _is_usable(token: AccountToken, now: dt.datetime) -> bool:
    return token.used_at is None and token.expires_at > now


def _may_be_written_to(mail: OutboxMail, _now: dt.datetime) -> bool:
    if mail.recipient_account_id is None or mail.kind in KINDS_FOR_CLOSED_ACCOUNTS:
        return True
    account = db.session.get(Account, mail.recipient_account_id)
    return account is None or account.state not in CLOSED_STATES


def _count_people(institution_id: int) -> sa.ScalarSelect[int]:
    here = (RoleGrant.institution_id == institution_id, RoleGrant.ended_at.is_(None))
    return sa.select(sa.func.count(RoleGrant.account_id.distinct())).where(*here).scalar_subquery()


def _on_address_paused(address: AddressBounces, *, now: dt.datetime) -> None:
    emails.notify_address_paused(address, now=now)
