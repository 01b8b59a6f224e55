"""Creation of volunteers' accounts by staff, from an imported list."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from volunteer_hub.accounts import queries
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.service.tokens import send_invitation
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden


def create_volunteer_account(
    *,
    name: str,
    email: str,
    time_zone: str,
    role_name: str,
    place: str,
    send_email: bool,
    actor: Viewer,
    now: dt.datetime,
) -> Account:
    """Create an account in the state "invited" with the role of a volunteer.

    With `send_email` the invitation is sent; otherwise it can be sent later. Raises Forbidden unless the actor is
    staff, DomainError if the address has an account.
    """
    if not actor.is_staff:
        raise Forbidden(
            _("Only coordinators and administrators bring volunteers in."), code="provisioning_not_permitted"
        )
    if queries.find_by_email(email):
        raise DomainError(_("This address has an account already."), field="email", code="email_has_account")
    account = Account(name=name, email=email, state=AccountState.INVITED, created_at=now, time_zone=time_zone)
    db.session.add(account)
    db.session.flush()
    db.session.add(RoleGrant(account_id=account.id, role=Role.VOLUNTEER, granted_at=now))
    audit.record("account.invited", account, actor=actor, now=now)
    audit.record("account.role_given", account, actor=actor, now=now, role=Role.VOLUNTEER)
    if send_email:
        send_invitation(account, inviter=actor.name, role=role_name, place=place, now=now)
    return account
