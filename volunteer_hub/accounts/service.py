"""Registering, signing in and out, secret links, roles, deputies. One verb per function."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from blinker import Namespace

from volunteer_hub.accounts import emails, queries, rules
from volunteer_hub.accounts.models import Account, AccountToken, Deputy, PolicyAcceptance, RoleGrant, UserSession
from volunteer_hub.accounts.secrets import hash_password, new_token, password_matches, token_hash
from volunteer_hub.accounts.states import AccountState, Purpose
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden, NotFound

signals = Namespace()
volunteer_registered = signals.signal("volunteer-registered")
"""Sent with the account and `now`, in the transaction of the registration."""

STALE_LINK = "This link has been used or has run out. Ask for a new one."


def register(*, name: str, email: str, password: str, now: dt.datetime) -> None:
    """Open a volunteer's account and mail the link that confirms the address.

    A known address gets another e-mail and the same answer, after the same work (trust.md 11).
    Raises DomainError on a poor password.
    """
    rules.check_password(password, email=email, name=name)
    password_hash = hash_password(password)
    known = queries.by_email(email)
    if known is not None:
        token_row, token = _issue(known, Purpose.CONFIRM, now=now)
        if known.state is AccountState.UNCONFIRMED:
            emails.confirm_address(token_row, known, token=token, now=now)
        else:
            emails.already_registered(token_row, known, now=now)
        return
    account = Account(
        name=name, email=email, password_hash=password_hash, state=AccountState.UNCONFIRMED, created_at=now
    )
    db.session.add(account)
    db.session.flush()
    _accept_policies(account, now=now)
    db.session.add(RoleGrant(account_id=account.id, role=Role.VOLUNTEER, granted_at=now))
    audit.record("account.registered", account, actor=None, now=now)
    volunteer_registered.send(account, now=now)
    token_row, token = _issue(account, Purpose.CONFIRM, now=now)
    emails.confirm_address(token_row, account, token=token, now=now)


def _accept_policies(account: Account, *, now: dt.datetime) -> None:
    for policy, version in rules.POLICIES.items():
        if not queries.accepted(account.id, policy, version):
            db.session.add(PolicyAcceptance(account_id=account.id, policy=policy, version=version, accepted_at=now))


def _issue(account: Account | None, purpose: Purpose, *, now: dt.datetime) -> tuple[AccountToken, str]:
    token = new_token()
    row = AccountToken(
        account_id=account.id if account else None,
        purpose=purpose,
        token_hash=token_hash(token),
        created_at=now,
        expires_at=now + rules.LINK_LIFE[purpose],
    )
    db.session.add(row)
    db.session.flush()
    return row, token


def open_link(token: str, purpose: Purpose, *, now: dt.datetime) -> AccountToken:
    """The live link behind `token`, unchanged. Raises NotFound for a used, stale or foreign one."""
    row = db.session.scalars(
        sa.select(AccountToken).where(AccountToken.token_hash == token_hash(token), AccountToken.purpose == purpose)
    ).one_or_none()
    if row is None or row.account is None or row.used_at or row.expires_at <= now:
        raise NotFound(STALE_LINK)
    return row


def _spend(row: AccountToken, *, now: dt.datetime) -> Account:
    """Use a link up, once, whoever else tries at the same time."""
    spent = db.session.execute(
        sa.update(AccountToken).where(AccountToken.id == row.id, AccountToken.used_at.is_(None)).values(used_at=now)
    )
    if spent.rowcount != 1 or row.account is None:  # type: ignore[attr-defined]
        raise NotFound(STALE_LINK)
    return row.account


def confirm_address(token: str, *, now: dt.datetime) -> Account:
    """Confirm the address behind a link. Raises NotFound."""
    account = _spend(open_link(token, Purpose.CONFIRM, now=now), now=now)
    if account.state is AccountState.UNCONFIRMED:
        audit.move(account, AccountState.ACTIVE, actor=None, now=now)
    return account


def request_reset(email: str, *, now: dt.datetime) -> None:
    """Mail a link for a new password, or word that the address has no account."""
    account = queries.by_email(email)
    usable = account if account and account.state is not AccountState.DEACTIVATED else None
    row, token = _issue(usable, Purpose.RESET, now=now)
    if usable:
        emails.reset_password(row, usable, token=token, now=now)
    else:
        emails.no_account(row, email, now=now)


def reset_password(token: str, password: str, *, now: dt.datetime) -> Account:
    """Set a new password by link and end every session. Raises NotFound, DomainError."""
    row = open_link(token, Purpose.RESET, now=now)
    assert row.account is not None
    rules.check_password(password, email=row.account.email, name=row.account.name)
    account = _spend(row, now=now)
    _set_password(account, password, now=now)
    if account.state in {AccountState.UNCONFIRMED, AccountState.INVITED}:
        audit.move(account, AccountState.ACTIVE, actor=None, now=now)
    return account


def change_password(account: Account, *, old: str, new: str, actor: Viewer, now: dt.datetime) -> None:
    """Change one's own password; other sessions end. Raises DomainError."""
    if not password_matches(account.password_hash, old):
        raise DomainError("This is not your present password.", field="old")
    rules.check_password(new, email=account.email, name=account.name)
    _set_password(account, new, now=now, keep_session=actor.session_id)


def _set_password(account: Account, password: str, *, now: dt.datetime, keep_session: int | None = None) -> None:
    account.password_hash = hash_password(password)
    end_sessions(account.id, now=now, keep_session=keep_session)
    audit.record("account.password_changed", account, actor=None, now=now)
    emails.password_changed(account, now=now)


def sign_in(email: str, password: str, *, browser: str, now: dt.datetime, life: dt.timedelta) -> str:
    """Open a session and give its secret. Raises DomainError with one text for every reason."""
    account = queries.by_email(email)
    known_hash = account.password_hash if account and account.state is AccountState.ACTIVE else None
    if not password_matches(known_hash, password) or account is None:
        raise DomainError("The e-mail address or the password is not right, or the address is not confirmed yet.")
    token = new_token()
    session = UserSession(
        token_hash=token_hash(token),
        account_id=account.id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + life,
        browser=browser[:200],
    )
    db.session.add(session)
    audit.record("account.signed_in", account, actor=None, now=now)
    return token


def end_session(session_id: int, *, account_id: int, now: dt.datetime) -> None:
    """End one of a person's sessions, at once and everywhere."""
    mine = sa.update(UserSession).where(
        UserSession.id == session_id, UserSession.account_id == account_id, UserSession.ended_at.is_(None)
    )
    db.session.execute(mine.values(ended_at=now))


def end_sessions(account_id: int, *, now: dt.datetime, keep_session: int | None = None) -> None:
    """End all sessions of a person but the one to keep."""
    others = sa.update(UserSession).where(UserSession.account_id == account_id, UserSession.ended_at.is_(None))
    if keep_session:
        others = others.where(UserSession.id != keep_session)
    db.session.execute(others.values(ended_at=now))


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
    """Give somebody a role, with an invitation when they have no account yet.

    Raises Forbidden when the actor may not give it, DomainError when they hold it or the scope is wrong.
    """
    if not rules.may_grant(actor.roles, role):
        raise Forbidden("You may not give this role.")
    rules.check_scope(role, country=country, institution_id=institution_id)
    account = queries.by_email(email)
    if account is None:
        account = Account(name=name, email=email, state=AccountState.INVITED, created_at=now, time_zone=time_zone)
        db.session.add(account)
        db.session.flush()
        audit.record("account.invited", account, actor=actor, now=now)
    _grant(account, role, country=country, institution_id=institution_id, actor=actor, now=now)
    if account.state is AccountState.INVITED:
        _send_invitation(account, inviter=actor.name, role=role_name, place=place, now=now)
    else:
        emails.role_given(account, inviter=actor.name, role=role_name, place=place, now=now)
    return account


def _grant(
    account: Account, role: Role, *, country: str | None, institution_id: int | None, actor: Viewer, now: dt.datetime
) -> None:
    held = sa.select(RoleGrant.id).where(
        RoleGrant.account_id == account.id,
        RoleGrant.role == role,
        RoleGrant.country_iso2 == country,
        RoleGrant.institution_id == institution_id,
        RoleGrant.ended_at.is_(None),
    )
    if db.session.scalar(held):
        raise DomainError("This person already holds this role.", field="role")
    grant = RoleGrant(
        account_id=account.id, role=role, country_iso2=country, institution_id=institution_id, granted_at=now
    )
    db.session.add(grant)
    audit.record(
        "account.role_given", account, actor=actor, now=now, role=role, country=country, institution=institution_id
    )


def _send_invitation(account: Account, *, inviter: str, role: str, place: str, now: dt.datetime) -> None:
    row, token = _issue(account, Purpose.INVITE, now=now)
    emails.invitation(row, account, token=token, inviter=inviter, role=role, place=place, now=now)


def resend_invitation(account: Account, *, role: str, place: str, actor: Viewer, now: dt.datetime) -> None:
    """Send a fresh link to somebody who has not answered. Raises DomainError when they have."""
    if account.state is not AccountState.INVITED:
        raise DomainError("This person has already opened their account.")
    _send_invitation(account, inviter=actor.name, role=role, place=place, now=now)
    audit.record("account.invitation_resent", account, actor=actor, now=now)


def accept_invitation(token: str, *, name: str, password: str, time_zone: str, now: dt.datetime) -> Account:
    """Open an invited account. Raises NotFound, DomainError."""
    row = open_link(token, Purpose.INVITE, now=now)
    assert row.account is not None
    rules.check_password(password, email=row.account.email, name=name)
    account = _spend(row, now=now)
    account.name, account.time_zone = name, time_zone
    account.password_hash = hash_password(password)
    _accept_policies(account, now=now)
    audit.move(account, AccountState.ACTIVE, actor=None, now=now)
    return account


def end_role(grant: RoleGrant, *, actor: Viewer, now: dt.datetime) -> None:
    """Take a role away, from the next request on. Raises Forbidden, DomainError."""
    if not rules.may_grant(actor.roles, grant.role):
        raise Forbidden("You may not take this role away.")
    if grant.ended_at:
        raise DomainError("This role has already ended.")
    if grant.account_id == actor.account_id:
        raise DomainError("Ask somebody else to end a role of your own.")
    grant.ended_at = now
    audit.record("account.role_ended", grant.account, actor=actor, now=now, role=grant.role)


def change_details(account: Account, *, name: str, time_zone: str, actor: Viewer, now: dt.datetime) -> None:
    """Change one's name and clock."""
    account.name, account.time_zone = name, time_zone
    audit.record("account.details_changed", account, actor=actor, now=now)


def name_deputy(
    account: Account, deputy: Account, *, from_on: dt.date, until_on: dt.date, actor: Viewer, now: dt.datetime
) -> None:
    """Name who acts while one is away. Raises DomainError on wrong dates or people."""
    if until_on < from_on:
        raise DomainError("The last day cannot be before the first.", field="until_on")
    if until_on < now.date():
        raise DomainError("The last day is already over.", field="until_on")
    if deputy.id == account.id or deputy.state is not AccountState.ACTIVE:
        raise DomainError("Choose somebody else with an active account.", field="deputy_id")
    row = queries.deputy_of(account.id) or Deputy(account_id=account.id)
    row.deputy_id, row.from_on, row.until_on = deputy.id, from_on, until_on
    db.session.add(row)
    audit.record(
        "account.deputy_named", account, actor=actor, now=now, deputy=deputy.id, from_on=from_on, until_on=until_on
    )
    emails.deputy_named(deputy, principal=account.name, from_on=from_on, until_on=until_on, now=now)


def end_deputy(account: Account, *, actor: Viewer, now: dt.datetime) -> None:
    """Be back: nobody deputises any more."""
    row = queries.deputy_of(account.id)
    if row:
        db.session.delete(row)
        audit.record("account.deputy_ended", account, actor=actor, now=now)
