"""What needs the attention of the programme's staff: checks, e-mails, agreements, funds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.budgets.models import Fund
from volunteer_hub.core.access import Viewer
from volunteer_hub.institutions.models import DataSharingAgreement, Institution
from volunteer_hub.institutions.queries import agreement_in_force
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.privacy.models import ErasureRequest
from volunteer_hub.privacy.states import ErasureState
from volunteer_hub.programmes.models import Programme
from volunteer_hub.reports import rules
from volunteer_hub.reports.queries.attention_selects.base import Rows, attention_row, join_hosts
from volunteer_hub.rounds.models import MatchingRound
from volunteer_hub.rounds.states import RoundState
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState


def _volunteers(state: VolunteerState, **columns: Any) -> Rows:
    """Select volunteers in one state, with when they entered it."""
    entered_at = (
        sa.select(sa.func.max(AuditEntry.at))
        .where(AuditEntry.subject_type == "volunteer", AuditEntry.subject_id == Volunteer.id)
        .where(AuditEntry.action == f"volunteer.{state.value}")
        .correlate(Volunteer)
        .scalar_subquery()
    )
    since = {} if "day" in columns else {"at": sa.func.coalesce(entered_at, Volunteer.updated_at)}
    return (
        attention_row(Volunteer.id, Account.name, **since, **columns)
        .select_from(Volunteer)
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.state == state)
    )


def volunteer_lapsed(_viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select volunteers with an expired check."""
    return _volunteers(VolunteerState.LAPSED)


def profile_waiting(_viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select volunteers whose checks are in progress."""
    return _volunteers(VolunteerState.CHECKING)


def check_expiring(_viewer: Viewer, now: dt.datetime) -> Rows:
    """Select ready volunteers with a check that expires within CHECK_EXPIRING_WITHIN."""
    soon = now.date() + rules.CHECK_EXPIRING_WITHIN
    return _volunteers(VolunteerState.READY, day=Volunteer.ready_until_on).where(Volunteer.ready_until_on <= soon)


def mail_trouble(_viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select e-mails that failed or are uncertain."""
    trouble = (MailState.FAILED, MailState.UNCERTAIN)
    return attention_row(
        OutboxMail.id,
        OutboxMail.recipient_name,
        OutboxMail.recipient_email,
        at=OutboxMail.due_at,
        extra=OutboxMail.state,
    ).where(OutboxMail.state.in_(trouble))


def round_ready(_viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select matching rounds that are neither published nor discarded yet."""
    return (
        attention_row(MatchingRound.id, Programme.name, at=MatchingRound.ended_at)
        .select_from(MatchingRound)
        .join(Programme, Programme.id == MatchingRound.programme_id)
        .where(MatchingRound.state == RoundState.READY)
    )


def agreement_missing(viewer: Viewer, now: dt.datetime) -> Rows:
    """Select institutions that have open requests and no data-sharing agreement in force."""
    statement = attention_row(
        Institution.id,
        Institution.name,
        Institution.town,
        at=sa.func.min(PartnerRequest.opened_at),
        number=sa.func.count(PartnerRequest.id),
    ).select_from(PartnerRequest)
    return (
        join_hosts(statement, viewer)
        .where(PartnerRequest.state == RequestState.OPEN, ~agreement_in_force(Institution.id, today=now.date()))
        .group_by(Institution.id, Institution.name, Institution.town)
    )


def agreement_expiring(_viewer: Viewer, now: dt.datetime) -> Rows:
    """Select institutions whose agreement in force expires soon, with no later or unlimited one recorded."""
    today, agreement = now.date(), DataSharingAgreement
    last = sa.func.max(agreement.expires_on)
    later = agreement_in_force(
        Institution.id, today=today + rules.AGREEMENT_EXPIRING_WITHIN + dt.timedelta(days=1)
    ).correlate(Institution)
    return (
        attention_row(Institution.id, Institution.name, Institution.town, day=last)
        .select_from(Institution)
        .join(agreement, agreement.institution_id == Institution.id)
        .where(agreement.signed_on <= today, agreement.expires_on >= today, ~later)
        .group_by(Institution.id, Institution.name, Institution.town)
    )


def fund_low(_viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select funds that are almost fully allocated; `extra` is the free amount in minor units."""
    used = Fund.allocated_minor * 100 // sa.func.nullif(Fund.received_minor, 0)
    return (
        attention_row(
            Fund.id, Programme.name, Fund.currency, day=Programme.starts_on, number=used,
            extra=Fund.received_minor - Fund.allocated_minor,
        )
        .select_from(Fund)
        .join(Programme, Programme.id == Fund.programme_id)
        .where(Fund.received_minor > 0, Fund.allocated_minor * 100 >= Fund.received_minor * rules.FUND_LOW_PERCENT)
    )  # fmt: skip


def erasure(_viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select erasure requests that are not answered yet."""
    return (
        attention_row(ErasureRequest.id, Account.name, day=ErasureRequest.due_on)
        .select_from(ErasureRequest)
        .join(Account, Account.id == ErasureRequest.account_id)
        .where(ErasureRequest.state == ErasureState.REQUESTED)
    )
