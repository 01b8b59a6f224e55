"""Deactivation of an account: its responsibilities are handed over, then its sessions and tokens end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask_babel import gettext as _

from volunteer_hub.accounts import emails, queries, responsibilities, rules
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
    """Return the roles that the account holds now."""
    return frozenset(grant.role for grant in account.grants if grant.ended_at is None)


def require_another_admin(account: Account) -> None:
    """Raise DomainError if the account is the last active administrator. Concurrent callers are serialised by a lock."""
    if not queries.lock_active_admins() - {account.id}:
        raise DomainError(
            _("This is the last administrator. Make somebody else administrator first."), code="last_admin"
        )


def require_may_deactivate(account: Account, actor: Viewer) -> None:
    """Raise Forbidden unless the actor may close or reopen this account."""
    if account.id == actor.account_id:
        raise Forbidden(_("Ask somebody else to deactivate your account."), code="own_deactivation")
    if not rules.may_deactivate(actor.roles, current_roles(account)):
        raise Forbidden(_("Ask an administrator to do this."), code="deactivation_needs_admin")


def deactivate(
    account: Account, *, reason: str, successors: Mapping[str, int], actor: Viewer, now: dt.datetime
) -> None:
    """Hand over the person's responsibilities and close the account, in one transaction.

    `successors` maps the key of each responsibility that can be handed over to an account id. Raises DomainError,
    Forbidden, and Conflict if the account or a successor's is closed already.
    """
    # Lock all administrators before the one account: two who close each other would deadlock otherwise.
    if Role.ADMIN in current_roles(account):
        require_another_admin(account)
    queries.lock_account(account.id)
    require_may_deactivate(account, actor)
    if rules.is_closed(account.state):
        raise Conflict(_("This account is closed already."), code="account_already_closed")
    _hand_over(account, successors, actor=actor, now=now)
    emails.notify_account_deactivated(account, closer=actor.name, now=now)
    _end_everything(account, actor=actor, now=now)
    audit.move(account, AccountState.DEACTIVATED, actor=actor, now=now, note=reason)
    account_closed.send(account, actor=actor, now=now)


def _hand_over(account: Account, successors: Mapping[str, int], *, actor: Viewer, now: dt.datetime) -> None:
    handed_over: dict[int, list[str]] = {}
    for responsibility in responsibilities.list_responsibilities(account, actor):
        if not responsibility.successors:
            continue
        successor_id = successors.get(responsibility.key)
        if str(successor_id) not in dict(responsibility.successors):
            raise DomainError(_("Choose who takes over."), field=responsibility.field, code="successor_missing")
        assert successor_id is not None
        if queries.lock_account(successor_id).state in CLOSED_STATES:
            raise Conflict(
                _("The person you chose has just been closed too. Choose somebody else."), code="successor_closed"
            )
        responsibilities.hand_over(responsibility, successor_id, actor=actor, now=now)
        handed_over.setdefault(successor_id, []).extend(item.title for item in responsibility.items)
    for recipient_id, what in handed_over.items():
        emails.notify_work_handed_over(
            queries.get_account(recipient_id), account, what=what, sender=actor.name, now=now
        )


def _end_everything(account: Account, *, actor: Viewer, now: dt.datetime) -> None:
    end_sessions(account.id, now=now)
    end_devices(account.id, now=now)
    revoke_tokens(account, *TokenPurpose, now=now)
    for deputy in queries.list_deputies_involving(account.id):
        db.session.delete(deputy)
        audit.record("account.deputy_ended", queries.get_account(deputy.account_id), actor=actor, now=now)


def reactivate(account: Account, *, actor: Viewer, now: dt.datetime) -> None:
    """Reopen a closed account without its password, and send a link to set a new one.

    An account that was never opened gets a new invitation instead. Raises DomainError, Forbidden.
    """
    queries.lock_account(account.id)
    require_may_deactivate(account, actor)
    if not rules.can_reactivate(account.state):
        raise DomainError(_("Only a deactivated account can be opened again."), code="account_not_deactivated")
    was_open = account.password_hash is not None or queries.has_accepted_any_policy(account.id)
    account.password_hash = None
    end_sessions(account.id, now=now)
    end_devices(account.id, now=now)
    audit.move(account, AccountState.ACTIVE, actor=actor, now=now)
    if was_open:
        token_row, token = issue_token(account, TokenPurpose.RESET, now=now)
        emails.send_reactivation_link(token_row, account, token=token, opener=actor.name, now=now)
    else:
        send_invitation(account, inviter=actor.name, role=_("participant"), place=_("the programme"), now=now)
