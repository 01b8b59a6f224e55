"""Roles: invitations, giving and ending them; one's own details; deputies."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask_babel import gettext as _

from volunteer_hub.accounts import emails, queries, rules
from volunteer_hub.accounts.models import Account, Deputy, RoleGrant
from volunteer_hub.accounts.secrets import hash_password
from volunteer_hub.accounts.service.deactivation import require_another_admin
from volunteer_hub.accounts.service.registration import invitation_accepted
from volunteer_hub.accounts.service.sessions import end_devices, end_sessions
from volunteer_hub.accounts.service.tokens import (
    STALE_LINK,
    consume_token,
    get_usable_token,
    record_policy_acceptance,
    revoke_tokens,
    send_invitation,
)
from volunteer_hub.accounts.states import CLOSED_STATES, AccountState, TokenPurpose
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden, StaleLink


def invite(
    *,
    name: str,
    email: str,
    role: Role,
    country: str | None,
    institution_id: int | None,
    place: str,
    time_zone: str,
    role_name: str,
    actor: Viewer,
    now: dt.datetime,
) -> Account:
    """Give a person a role, with a new account and an invitation if the address has none.

    `place` and `role_name` are for the email. Raises Forbidden if the actor may not give the role, DomainError if
    the person holds it already, the scope does not fit or the account is closed.
    """
    if not rules.may_grant(actor.roles, role):
        raise Forbidden(_("You may not give this role."), code="role_not_grantable")
    rules.check_scope(role, country=country, institution_id=institution_id)
    account = queries.find_by_email(email)
    if account and account.id == actor.account_id:
        raise Forbidden(_("Ask somebody else to give you a role."), code="own_role_grant")
    if account and account.state in CLOSED_STATES:
        raise DomainError(
            _("The account with this address is closed. Open it again first (People)."),
            field="email",
            code="invitee_account_closed",
        )
    if account is None:
        account = Account(name=name, email=email, state=AccountState.INVITED, created_at=now, time_zone=time_zone)
        db.session.add(account)
        db.session.flush()
        audit.record("account.invited", account, actor=actor, now=now)
    _grant(account, role, country=country, institution_id=institution_id, actor=actor, now=now)
    if rules.is_invited(account.state):
        send_invitation(account, inviter=actor.name, role=role_name, place=place, now=now)
    else:
        emails.notify_role_given(account, inviter=actor.name, role=role_name, place=place, now=now)
    return account


def _grant(
    account: Account, role: Role, *, country: str | None, institution_id: int | None, actor: Viewer, now: dt.datetime
) -> None:
    # Lock the account: a concurrent request that gives the same role waits here and then finds it given.
    db.session.execute(sa.select(Account.id).where(Account.id == account.id).with_for_update())
    same_grant = sa.select(RoleGrant.id).where(
        RoleGrant.account_id == account.id,
        RoleGrant.role == role,
        RoleGrant.country_iso2 == country,
        RoleGrant.institution_id == institution_id,
        RoleGrant.ended_at.is_(None),
    )
    if db.session.scalar(same_grant):
        raise DomainError(_("This person already holds this role."), field="role", code="role_already_held")
    grant = RoleGrant(
        account_id=account.id, role=role, country_iso2=country, institution_id=institution_id, granted_at=now
    )
    db.session.add(grant)
    audit.record(
        "account.role_given", account, actor=actor, now=now, role=role, country=country, institution=institution_id
    )


def resend_invitation(account: Account, *, role: str, place: str, actor: Viewer, now: dt.datetime) -> None:
    """Send the invitation again with a new link. Raises DomainError if the account has been opened."""
    if not rules.is_invited(account.state):
        raise DomainError(_("This person has already opened their account."), code="account_already_opened")
    send_invitation(account, inviter=actor.name, role=role, place=place, now=now)
    audit.record("account.invitation_resent", account, actor=actor, now=now)


def accept_invitation(token: str, *, name: str, password: str, time_zone: str, now: dt.datetime) -> Account:
    """Open an invited account and revoke all its other tokens.

    Raises DomainError for a weak password, and StaleLink also if the account has been opened already: an older
    invitation must not set a new password.
    """
    token_row = get_usable_token(token, TokenPurpose.INVITE, now=now)
    assert token_row.account is not None
    rules.check_password(password, email=token_row.account.email, name=name)
    account = consume_token(token_row, now=now)
    if account.state is AccountState.ACTIVE and account.password_hash is not None:
        raise StaleLink(STALE_LINK, code=TokenPurpose.INVITE)
    account.name, account.time_zone = name, time_zone
    account.password_hash = hash_password(password)
    revoke_tokens(account, *TokenPurpose, now=now)
    end_devices(account.id, now=now)
    end_sessions(account.id, now=now)
    record_policy_acceptance(account, now=now)
    if account.state is not AccountState.ACTIVE:
        audit.move(account, AccountState.ACTIVE, actor=queries.as_actor(account), now=now)
    invitation_accepted.send(account, now=now)
    return account


def end_role(grant: RoleGrant, *, actor: Viewer, now: dt.datetime) -> None:
    """End a role, which takes effect with the person's next HTTP request. Raises Forbidden, DomainError."""
    if not rules.may_grant(actor.roles, grant.role):
        raise Forbidden(_("You may not take this role away."), code="role_not_revocable")
    if grant.ended_at:
        raise DomainError(_("This role has already ended."), code="role_already_ended")
    if grant.account_id == actor.account_id:
        raise DomainError(_("Ask somebody else to end a role of your own."), code="own_role_end")
    if grant.role is Role.ADMIN:
        require_another_admin(grant.account)
    grant.ended_at = now
    audit.record("account.role_ended", grant.account, actor=actor, now=now, role=grant.role)


def change_details(account: Account, *, name: str, time_zone: str, actor: Viewer, now: dt.datetime) -> None:
    """Change one's own name and time zone. Raises Conflict if the account has been closed meanwhile."""
    if queries.lock_account(account.id).state in CLOSED_STATES:
        raise Conflict(_("This account is closed. Nothing was changed."), code="account_closed_meanwhile")
    former_name = account.name if account.name != name else None
    account.name, account.time_zone = name, time_zone
    # An erasure looks up this former name to find what others wrote (privacy.queries.former_names).
    audit.record("account.details_changed", account, actor=actor, now=now, note=former_name)


def set_deputy(
    account: Account, deputy: Account, *, from_on: dt.date, until_on: dt.date, actor: Viewer, now: dt.datetime
) -> None:
    """Name a deputy for the days one is away, or replace the present one. Raises DomainError for wrong days or people."""
    if until_on < from_on:
        raise DomainError(_("The last day cannot be before the first."), field="until_on", code="last_day_before_first")
    if until_on < now.date():
        raise DomainError(_("The last day is already over."), field="until_on", code="last_day_over")
    if str(deputy.id) not in dict(queries.list_deputy_choices(account.id)):
        raise DomainError(
            _("Choose somebody else with an active account and a role like yours."),
            field="deputy_id",
            code="deputy_not_eligible",
        )
    row = queries.find_deputy(account.id) or Deputy(account_id=account.id)
    row.deputy_id, row.from_on, row.until_on = deputy.id, from_on, until_on
    db.session.add(row)
    audit.record(
        "account.deputy_named", account, actor=actor, now=now, deputy=deputy.id, from_on=from_on, until_on=until_on
    )
    emails.notify_deputy_named(deputy, principal=account.name, from_on=from_on, until_on=until_on, now=now)


def end_deputy(account: Account, *, actor: Viewer, now: dt.datetime) -> None:
    """Remove one's deputy, if there is one."""
    row = queries.find_deputy(account.id)
    if row:
        db.session.delete(row)
        audit.record("account.deputy_ended", account, actor=actor, now=now)
