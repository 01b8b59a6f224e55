"""Closing an account: what the person holds goes to others, then everything of theirs ends at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask_babel import gettext as _

from volunteer_hub.accounts import emails, holdings, queries, rules
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.service.registration import account_closed
from volunteer_hub.accounts.service.sessions import end_devices, end_sessions
from volunteer_hub.accounts.service.tokens import issue_token, revoke_tokens, send_invitation
from volunteer_hub.accounts.states import CLOSED_STATES, AccountState, TokenPurpose
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden


def current_roles(account: Account) -> frozenset[Role]:
    """The roles that somebody holds now."""
    return frozenset(grant.role for grant in account.grants if grant.ended_at is None)


def require_another_admin(account: Account) -> None:
    """Refuse to leave the service without an administrator. Rivals wait here for each other."""
    if not queries.lock_active_admins() - {account.id}:
        raise DomainError("This is the last administrator. Make somebody else administrator first.")


def require_may_deactivate(account: Account, actor: Viewer) -> None:
    """Refuse whoever may not close or open this account. Raises Forbidden."""
    if account.id == actor.account_id:
        raise Forbidden("Ask somebody else to deactivate your account.")
    if not rules.may_deactivate(actor.roles, current_roles(account)):
        raise Forbidden("Ask an administrator to do this.")


def deactivate(
    account: Account, *, reason: str, successors: Mapping[str, int], actor: Viewer, now: dt.datetime
) -> None:
    """Hand over what the person holds and close the account, in one go.

    `successors` names an account for each holding that somebody can take over. Raises DomainError, Forbidden.
    """
    # All administrators before the one account: two who close each other would else wait for each other.
    if Role.ADMIN in current_roles(account):
        require_another_admin(account)
    queries.lock_account(account.id)
    require_may_deactivate(account, actor)
    if account.state in CLOSED_STATES:
        raise Conflict("This account is closed already.")
    _hand_over(account, successors, actor=actor, now=now)
    emails.notify_account_deactivated(account, closer=actor.name, now=now)
    _end_everything(account, actor=actor, now=now)
    audit.move(account, AccountState.DEACTIVATED, actor=actor, now=now, words=reason)
    account_closed.send(account, actor=actor, now=now)


def _hand_over(account: Account, successors: Mapping[str, int], *, actor: Viewer, now: dt.datetime) -> None:
    received: dict[int, list[str]] = {}
    for holding in holdings.told(account, actor):
        if not holding.successors:
            continue
        chosen = successors.get(holding.key)
        if str(chosen) not in dict(holding.successors):
            raise DomainError("Choose who takes over.", field=holding.field)
        assert chosen is not None
        if queries.lock_account(chosen).state in CLOSED_STATES:
            raise Conflict("The person you chose has just been closed too. Choose somebody else.")
        holdings.hand_over(holding, chosen, actor=actor, now=now)
        received.setdefault(chosen, []).extend(item.words for item in holding.items)
    for successor_id, what in received.items():
        emails.notify_work_handed_over(
            queries.get_account(successor_id), account, what=what, sender=actor.name, now=now
        )


def _end_everything(account: Account, *, actor: Viewer, now: dt.datetime) -> None:
    end_sessions(account.id, now=now)
    end_devices(account.id, now=now)
    revoke_tokens(account, *TokenPurpose, now=now)
    for deputy in queries.list_deputies_involving(account.id):
        db.session.delete(deputy)
        audit.record("account.deputy_ended", queries.get_account(deputy.account_id), actor=actor, now=now)


def reactivate(account: Account, *, actor: Viewer, now: dt.datetime) -> None:
    """Open a closed account again; its password no longer counts, a fresh link sets one.

    Raises DomainError, Forbidden.
    """
    queries.lock_account(account.id)
    require_may_deactivate(account, actor)
    if account.state is not AccountState.DEACTIVATED:
        raise DomainError("Only a deactivated account can be opened again.")
    was_open = account.password_hash is not None or queries.has_accepted_any_policy(account.id)
    account.password_hash = None
    end_sessions(account.id, now=now)
    end_devices(account.id, now=now)
    audit.move(account, AccountState.ACTIVE, actor=actor, now=now)
    if was_open:
        row, token = issue_token(account, TokenPurpose.RESET, now=now)
        emails.send_reactivation_link(row, account, token=token, opener=actor.name, now=now)
    else:
        send_invitation(account, inviter=actor.name, role=_("participant"), place=_("the programme"), now=now)
