"""Queries of privacy: a person's rows, erasure requests, what blocks an erasure, retention."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager

from volunteer_hub.accounts.models import Account, RoleGrant, UserSession
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit.models import AuditEntry, AuditNote
from volunteer_hub.core import paging
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import WAITING
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.privacy import retention_rules, rules, subject_queries
from volunteer_hub.privacy.models import ErasureRequest, RetentionRule
from volunteer_hub.privacy.states import ErasureState, RetentionCategory
from volunteer_hub.volunteers.models import Volunteer

CURRENT_PLACEMENT_STATES = (PlacementState.PLANNED, PlacementState.ACTIVE, PlacementState.PAUSED)
OPEN_REQUEST_STATES = (
    RequestState.DRAFT,
    RequestState.SUBMITTED,
    RequestState.RETURNED,
    RequestState.OPEN,
    RequestState.FILLED,
)
WARNING_KIND = "retention_warning"
RENAMING_ACTIONS = ("account.details_changed", "account.email_changed")
"""Actions in the audit log whose note holds the account's former name or address."""
OPEN_STATES = (ErasureState.REQUESTED, ErasureState.GRANTED)


def list_rows_about(account_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is kept about a person, by table, with values that JSON can hold."""
    rows_by_table: dict[str, list[dict[str, Any]]] = {}
    for name, statement in subject_queries.download_statements(account_id):
        rows = [
            {key: _to_json(value) for key, value in row.items()} for row in db.session.execute(statement).mappings()
        ]
        if rows:
            rows_by_table.setdefault(name, []).extend(rows)
    return rows_by_table


def _to_json(value: Any) -> Any:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value.value if isinstance(value, enum.Enum) else value


def find_open_request(account_id: int) -> ErasureRequest | None:
    """Return the account's undecided or granted request; None if there is none."""
    statement = sa.select(ErasureRequest).where(
        ErasureRequest.account_id == account_id, ErasureRequest.state.in_(OPEN_STATES)
    )
    return db.session.scalars(statement).one_or_none()


def get_own_open_request(viewer: Viewer) -> ErasureRequest:
    """Return the viewer's own undecided or granted request. Raises NotFound."""
    erasure_request = find_open_request(viewer.account_id)
    if erasure_request is None:
        raise NotFound(_("There is no such wish."), code="erasure_request_not_found")
    return erasure_request


def find_latest_request(account_id: int) -> ErasureRequest | None:
    """Return the account's latest request in any state; None if there is none."""
    statement = sa.select(ErasureRequest).where(ErasureRequest.account_id == account_id)
    return db.session.scalars(statement.order_by(ErasureRequest.id.desc()).limit(1)).one_or_none()


def get_erasure_request(erasure_request_id: int) -> ErasureRequest:
    """Return a request with its account. Raises NotFound."""
    statement = (
        sa.select(ErasureRequest)
        .join(ErasureRequest.account)
        .options(contains_eager(ErasureRequest.account))
        .where(ErasureRequest.id == erasure_request_id)
    )
    erasure_request = db.session.scalars(statement).one_or_none()
    if erasure_request is None:
        raise NotFound(_("There is no such wish."), code="erasure_request_not_found")
    return erasure_request


def list_erasure_requests(*, state: ErasureState | None, key: str | None) -> paging.Page[ErasureRequest]:
    """Return a page of requests with their accounts, the newest first; one query."""
    statement = sa.select(ErasureRequest).join(ErasureRequest.account).options(contains_eager(ErasureRequest.account))
    if state:
        statement = statement.where(ErasureRequest.state == state)
    statement = paging.after(statement, (ErasureRequest.requested_at, ErasureRequest.id), key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).unique().all()
    return paging.cut(rows, [(row.requested_at, row.id) for row in rows])


def list_request_ids_to_fulfil(now: dt.datetime) -> Sequence[int]:
    """Return the ids of granted requests whose cooling-off period is over, the oldest first."""
    statement = sa.select(ErasureRequest.id).where(
        ErasureRequest.state == ErasureState.GRANTED, ErasureRequest.decided_at <= now - rules.COOLING_OFF_PERIOD
    )
    return db.session.scalars(statement.order_by(ErasureRequest.id)).all()


def list_requests_due(today: dt.date) -> Sequence[ErasureRequest]:
    """Return undecided requests whose due day is near or past, the earliest first."""
    statement = (
        sa.select(ErasureRequest)
        .join(ErasureRequest.account)
        .options(contains_eager(ErasureRequest.account))
        .where(ErasureRequest.state == ErasureState.REQUESTED, ErasureRequest.due_on <= today + rules.REMIND_BEFORE_DUE)
        .order_by(ErasureRequest.due_on, ErasureRequest.id)
    )
    return db.session.scalars(statement).all()


def list_blockers(account: Account) -> list[tuple[str, int, int]]:
    """Return (kind, row id, count) of what must end or be handed over before the account can be erased.

    Kinds are `placement`, `match`, `directs`, `request`, `last_admin`. The row is an example to link to.
    """
    volunteer = sa.select(Volunteer.id).where(Volunteer.account_id == account.id)
    checks: list[tuple[str, Any, list[sa.ColumnElement[bool]]]] = [
        (
            "placement",
            Placement,
            [Placement.volunteer_id.in_(volunteer), Placement.state.in_(CURRENT_PLACEMENT_STATES)],
        ),
        ("match", Match, [Match.volunteer_id.in_(volunteer), Match.state.in_(WAITING)]),
        ("directs", Placement, [Placement.director_id == account.id, Placement.state.in_(CURRENT_PLACEMENT_STATES)]),
        (
            "request",
            PartnerRequest,
            [PartnerRequest.contact_id == account.id, PartnerRequest.state.in_(OPEN_REQUEST_STATES)],
        ),
    ]
    parts = [
        sa.select(sa.literal(kind).label("kind"), sa.func.min(model.id), sa.func.count()).where(*conditions)
        for kind, model, conditions in checks
    ]
    blockers = [(row[0], int(row[1]), int(row[2])) for row in db.session.execute(sa.union_all(*parts)) if row[2]]
    return sorted(blockers) + ([("last_admin", account.id, 1)] if _is_last_admin(account) else [])


def get_account(account_id: int) -> Account:
    """Return the account."""
    return db.session.get_one(Account, account_id)


def former_names(account_id: int) -> set[str]:
    """Return a person's present and former names and addresses, from emails to them and notes in the audit log."""
    mail, entry = OutboxMail, AuditEntry
    sent = sa.select(mail.recipient_name, mail.recipient_email).where(mail.recipient_account_id == account_id)
    noted = (
        sa.select(AuditNote.text)
        .join(entry, entry.sequence == AuditNote.entry_sequence)
        .where(entry.subject_type == "account", entry.subject_id == account_id, entry.action.in_(RENAMING_ACTIONS))
    )
    from_mail = {text for row in db.session.execute(sent) for text in row}
    return from_mail | {line for note in db.session.scalars(noted) for line in note.split("\n")}


def _is_last_admin(account: Account) -> bool:
    admins = (
        sa.select(RoleGrant.account_id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.role == Role.ADMIN, RoleGrant.ended_at.is_(None), Account.state == AccountState.ACTIVE)
    )
    return set(db.session.scalars(admins.order_by(RoleGrant.account_id))) == {account.id}


def keep_days_by_category() -> dict[RetentionCategory, int]:
    """Return the retention period of every category, in days."""
    rows = db.session.scalars(sa.select(RetentionRule).order_by(RetentionRule.category))
    return rules.DEFAULT_KEEP_DAYS | {row.category: row.keep_days for row in rows}


def get_keep_days(category: RetentionCategory) -> int:
    """Return the retention period of one category, in days."""
    return keep_days_by_category()[category]


def list_unused_accounts(before: dt.datetime, *, limit: int = 500) -> Sequence[Account]:
    """Return up to `limit` accounts unused since `before` that have no open work, the oldest first.

    Use is the account's creation, a sign-in, and the start, decision or end of a match. Administrators are never
    among them.
    """
    signed_in = sa.select(UserSession.account_id).where(UserSession.last_seen_at > before)
    volunteer = sa.select(Volunteer.id).where(Volunteer.account_id == Account.id).correlate(Account)
    has_match = sa.exists().where(
        Match.volunteer_id.in_(volunteer),
        sa.or_(Match.state.in_(WAITING), Match.created_at > before, Match.decided_at > before, Match.ended_at > before),
    )
    has_placement = sa.exists().where(
        sa.or_(Placement.volunteer_id.in_(volunteer), Placement.director_id == Account.id),
        Placement.state.in_(CURRENT_PLACEMENT_STATES),
    )
    has_request = sa.exists().where(
        PartnerRequest.contact_id == Account.id,
        sa.or_(PartnerRequest.state.in_(OPEN_REQUEST_STATES), PartnerRequest.updated_at > before),
    )
    is_admin = sa.exists().where(
        RoleGrant.account_id == Account.id, RoleGrant.role == Role.ADMIN, RoleGrant.ended_at.is_(None)
    )
    statement = (
        sa.select(Account)
        .where(Account.state != AccountState.ERASED, Account.created_at <= before, Account.id.not_in(signed_in))
        .where(~has_match, ~has_placement, ~has_request, ~is_admin)
        .order_by(Account.created_at, Account.id)
    )
    return db.session.scalars(statement.limit(limit)).all()


def last_warnings(account_ids: Sequence[int], instant: dt.datetime) -> dict[int, dt.datetime]:
    """Return when each account was last warned of its erasure, by account id.

    Only warnings after `instant` and after the account's last sign-in count.
    """
    mail, last_seen = OutboxMail, sa.func.max(UserSession.last_seen_at)
    last_sign_in = (
        sa.select(last_seen)
        .where(UserSession.account_id == mail.recipient_account_id)
        .correlate(mail)
        .scalar_subquery()
    )
    statement = (
        sa.select(mail.recipient_account_id, sa.func.max(mail.created_at))
        .where(mail.kind == WARNING_KIND, mail.recipient_account_id.in_(account_ids))
        .where(mail.created_at > instant, sa.or_(last_sign_in.is_(None), mail.created_at > last_sign_in))
        .group_by(mail.recipient_account_id)
    )
    return {int(account_id or 0): at for account_id, at in db.session.execute(statement)}


def count_expired(category: RetentionCategory, *, now: dt.datetime, days: int | None = None) -> int:
    """Count the rows that a purge would remove now, with the present retention period or with `days`."""
    before = now - dt.timedelta(days=days or get_keep_days(category))
    if category is RetentionCategory.PEOPLE:
        return len(list_unused_accounts(before))
    table, condition = next(retention_rules.list_expired_rows(category, before))
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(table).where(condition)) or 0)
