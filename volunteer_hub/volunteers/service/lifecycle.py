"""State changes of a volunteer: profile opened, sent for checks, checks recorded, paused, resumed, lapsed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask_babel import gettext as _

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts import rules as account_rules
from volunteer_hub.accounts import service as account_service
from volunteer_hub.accounts.models import Account
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden
from volunteer_hub.volunteers import check_queries, emails, queries, rules
from volunteer_hub.volunteers.labels import LABELS
from volunteer_hub.volunteers.models import ReadinessCheck, Volunteer
from volunteer_hub.volunteers.rules import CheckEvidence
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState

CODE_OF_CONDUCT = "code_of_conduct"


def subscribe() -> None:
    """Subscribe to the account signals: registration opens a profile, acceptance meets a check, closing pauses."""
    account_service.volunteer_registered.connect(_on_registered)
    account_service.invitation_accepted.connect(_on_accepted)
    account_service.account_closed.connect(_on_closed)


def _on_registered(account: Account, *, now: dt.datetime) -> None:
    open_profile(account, now=now)


def _on_closed(account: Account, *, actor: Viewer, now: dt.datetime) -> None:
    """Pause the volunteer, so that they are not matched. When the account is reopened, they resume by themselves."""
    volunteer = queries.find_by_account(account.id)
    if volunteer and volunteer.state in rules.PAUSABLE_STATES:
        pause(volunteer, actor=actor, now=now)


def _on_accepted(account: Account, *, now: dt.datetime) -> None:
    """Record the acceptance of the code of conduct by a volunteer whose profile existed before their account."""
    check = queries.find_outstanding_check(account.id, CheckKind.CODE_OF_CONDUCT)
    if check:
        audit.move(check, CheckState.MET, actor=None, now=now, note=str(LABELS[check.kind]), kind=check.kind)
        _set_acceptance(check, now)


def _set_acceptance(check: ReadinessCheck, now: dt.datetime) -> None:
    check.evidence = f"Version {account_rules.POLICY_VERSIONS[CODE_OF_CONDUCT]}, accepted when registering"
    check.checked_on = now.date()
    check.expires_on = rules.last_valid_day(now.date(), check_queries.get_requirements()[check.kind].valid_months)


def open_profile(account: Account, *, now: dt.datetime, code_accepted: bool = True) -> Volunteer:
    """Create the volunteer row of an account, with one check per kind. Returns it.

    The check on the code of conduct is met at once if `code_accepted`.
    """
    volunteer = Volunteer(
        account_id=account.id, account=account, state=VolunteerState.REGISTERED, created_at=now, updated_at=now
    )
    volunteer.checks = [ReadinessCheck(kind=kind, state=CheckState.OUTSTANDING) for kind in CheckKind]
    db.session.add(volunteer)
    if code_accepted:
        check = _get_check(volunteer, CheckKind.CODE_OF_CONDUCT)
        check.state = CheckState.MET
        _set_acceptance(check, now)
    db.session.flush()
    audit.record("volunteer.opened", volunteer, actor=None, now=now)
    return volunteer


def start_profile(account: Account, *, now: dt.datetime) -> Volunteer:
    """Create the profile of an account that was given the role after its registration.

    Raises Forbidden without the role, DomainError when there is a profile already.
    """
    viewer = accounts.get_viewer(account.id, today=now.date())
    if not viewer.has(Role.VOLUNTEER):
        raise Forbidden(_("Only volunteers have a profile."), code="not_a_volunteer")
    if queries.has_profile(viewer):
        raise DomainError(_("Your profile is already there."), code="profile_exists")
    code_accepted = accounts.has_accepted_policy(
        account.id, CODE_OF_CONDUCT, account_rules.POLICY_VERSIONS[CODE_OF_CONDUCT]
    )
    return open_profile(account, now=now, code_accepted=code_accepted)


def _get_check(volunteer: Volunteer, kind: CheckKind) -> ReadinessCheck:
    return next(check for check in volunteer.checks if check.kind is kind)


def send_for_checks(volunteer: Volunteer, *, actor: Viewer, now: dt.datetime) -> None:
    """Send a complete profile to the coordinators. Raises DomainError while something is missing."""
    db.session.flush()
    if not rules.is_complete(rules.list_gaps(queries.get_profile_of(volunteer).answers)):
        raise DomainError(
            _("Something is still missing. The list shows what; then send it."), code="profile_incomplete"
        )
    volunteer.updated_at = now
    audit.move(volunteer, VolunteerState.CHECKING, actor=actor, now=now)
    emails.notify_profile_received(volunteer, now=now)
    if not _recompute_readiness(volunteer, actor=actor, now=now):
        emails.notify_profile_sent(volunteer, now=now)


def pause(volunteer: Volunteer, *, actor: Viewer, now: dt.datetime) -> None:
    """Pause a volunteer: they are not matched until they resume."""
    volunteer.updated_at = now
    audit.move(volunteer, VolunteerState.PAUSED, actor=actor, now=now)


def resume(volunteer: Volunteer, *, actor: Viewer, now: dt.datetime) -> None:
    """End a pause: the volunteer is ready if every check is still valid, else back in checks.

    Raises DomainError when they are not paused.
    """
    if volunteer.state is not VolunteerState.PAUSED:
        raise DomainError(_("You are not paused."), code="not_paused")
    volunteer.updated_at = now
    ready, until = _lock_and_evaluate(volunteer, now)
    volunteer.ready_until_on = until
    audit.move(volunteer, VolunteerState.READY if ready else VolunteerState.CHECKING, actor=actor, now=now)
    if not ready:
        emails.notify_profile_sent(volunteer, now=now)


def record_check(
    check: ReadinessCheck,
    *,
    state: CheckState,
    evidence: str | None,
    checked_on: dt.date | None,
    expires_on: dt.date | None,
    note: str | None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Record the result of a check and recompute the volunteer's readiness.

    Raises Forbidden for the actor's own check, DomainError for missing evidence, a missing reason or invalid dates.
    """
    _record(check, state, CheckEvidence(evidence, expires_on), checked_on=checked_on, note=note, actor=actor, now=now)
    _recompute_readiness(check.volunteer, actor=actor, now=now)


def record_passed_checks(
    volunteer: Volunteer,
    evidence_by_kind: Mapping[CheckKind, CheckEvidence],
    *,
    checked_on: dt.date | None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Record several checks as met and recompute the readiness once.

    Raises as `record_check` does; the error's `field` then ends in the kind at fault.
    """
    if not evidence_by_kind:
        raise DomainError(
            _("Tick the checks that are met. One that is not met is recorded by itself, with your reason."),
            code="no_check_ticked",
        )
    for kind, evidence in evidence_by_kind.items():
        check = _get_check(volunteer, kind)
        try:
            _record(check, CheckState.MET, evidence, checked_on=checked_on, note=None, actor=actor, now=now)
        except DomainError as error:
            if error.field and error.field != "checked_on":
                error.field = f"{error.field}_{kind}"
            raise
    _recompute_readiness(volunteer, actor=actor, now=now)


def _record(
    check: ReadinessCheck,
    state: CheckState,
    evidence: CheckEvidence,
    *,
    checked_on: dt.date | None,
    note: str | None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Record one result; the caller recomputes the readiness."""
    volunteer = check.volunteer
    if volunteer.account_id == actor.account_id:
        raise Forbidden(_("Ask another coordinator to check your own readiness."), code="own_readiness")
    regulator = volunteer.profession.regulator if volunteer.profession else None
    rules.check_result(
        check.kind,
        state,
        evidence=evidence.evidence,
        checked_on=checked_on,
        expires_on=evidence.expires_on,
        note=note,
        regulator=regulator,
        today=now.date(),
        valid_months=check_queries.get_requirements()[check.kind].valid_months,
    )
    name = str(LABELS[check.kind])
    audit_note = f"{name}. {note or ''}".strip()
    audit.move(check, state, actor=actor, now=now, note=audit_note, allow_same=True, kind=check.kind)
    check.evidence, check.note, check.checked_on = evidence.evidence, note, checked_on
    check.expires_on = evidence.expires_on if state is CheckState.MET else None
    check.checked_by_id = actor.account_id
    if state is CheckState.NOT_MET:
        emails.notify_check_not_met(check, check_name=name, checker=actor.name, now=now)


def _lock_and_evaluate(volunteer: Volunteer, now: dt.datetime) -> tuple[bool, dt.date | None]:
    """Evaluate the readiness under the row lock, so that no requirement can change at the same time."""
    check_queries.lock_volunteer(volunteer)
    regulator = volunteer.profession.regulator if volunteer.profession else None
    needed = rules.get_needed_kinds(check_queries.get_requirements(), regulator=regulator)
    return rules.evaluate_readiness(volunteer.checks, now.date(), needed=needed)


def _recompute_readiness(volunteer: Volunteer, *, actor: Viewer | None, now: dt.datetime) -> bool:
    """Set the state that follows from the checks. Returns whether every needed check is satisfied."""
    ready, until = _lock_and_evaluate(volunteer, now)
    volunteer.ready_until_on = until
    if ready and volunteer.state in {VolunteerState.CHECKING, VolunteerState.LAPSED}:
        audit.move(volunteer, VolunteerState.READY, actor=actor, now=now)
        emails.notify_ready(volunteer, now=now)
    elif not ready and volunteer.state is VolunteerState.READY:
        audit.move(volunteer, VolunteerState.CHECKING, actor=actor, now=now)
    return ready


def expire_readiness(now: dt.datetime) -> int:
    """Set ready volunteers with an expired check to lapsed and notify them (a job). Returns their number."""
    requirements, lapsed = check_queries.get_requirements(), 0
    for volunteer in queries.list_with_expired_checks(now.date()):
        regulator = volunteer.profession.regulator if volunteer.profession else None
        needed = rules.get_needed_kinds(requirements, regulator=regulator)
        expired = [
            str(LABELS[c.kind]) for c in volunteer.checks if c.kind in needed and rules.is_expired(c, now.date())
        ]
        if not expired:
            continue  # the check that expired is no longer needed
        lapsed += 1
        volunteer.ready_until_on = None
        audit.move(volunteer, VolunteerState.LAPSED, actor=None, now=now)
        emails.notify_lapsed(volunteer, check_names=", ".join(expired), now=now)
    return lapsed


def reopen_check(volunteer: Volunteer, kind: CheckKind, *, actor: Viewer, now: dt.datetime) -> None:
    """Set a check back to outstanding, because the answer that was checked has changed."""
    check = _get_check(volunteer, kind)
    if check.state is CheckState.OUTSTANDING:
        return
    audit.move(check, CheckState.OUTSTANDING, actor=actor, now=now, note=str(LABELS[kind]), kind=kind)
    check.evidence = check.note = check.checked_by_id = check.checked_on = check.expires_on = None
    _recompute_readiness(volunteer, actor=actor, now=now)
    if volunteer.state is not VolunteerState.REGISTERED:
        emails.notify_profile_sent(volunteer, now=now)
