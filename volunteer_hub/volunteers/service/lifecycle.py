"""How a volunteer becomes ready and stays so: opening, sending for checks, pausing, recording, lapsing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

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


def listen() -> None:
    """Begin a profile whenever a volunteer's account is registered; note who accepts the code of conduct later."""
    account_service.volunteer_registered.connect(_on_registered)
    account_service.invitation_accepted.connect(_on_accepted)
    account_service.account_closed.connect(_on_closed)


def _on_registered(account: Account, *, now: dt.datetime) -> None:
    open_profile(account, now=now)


def _on_closed(account: Account, *, actor: Viewer, now: dt.datetime) -> None:
    """Nobody is offered or counted as ready whose account is closed; opened again, they come back themselves."""
    volunteer = queries.find_by_account(account.id)
    if volunteer and volunteer.state in rules.PAUSABLE_STATES:
        pause(volunteer, actor=actor, now=now)


def _on_accepted(account: Account, *, now: dt.datetime) -> None:
    """Somebody whose profile was begun for them opens their account, and with it accepts the code of conduct."""
    check = queries.find_outstanding_check(account.id, CheckKind.CODE_OF_CONDUCT)
    if check:
        audit.move(check, CheckState.MET, actor=None, now=now, words=str(LABELS[check.kind]), kind=check.kind)
        _note_acceptance(check, now)


def _note_acceptance(check: ReadinessCheck, now: dt.datetime) -> None:
    check.evidence = f"Version {account_rules.POLICY_VERSIONS[CODE_OF_CONDUCT]}, accepted when registering"
    check.checked_on = now.date()
    check.expires_on = rules.last_valid_day(now.date(), check_queries.get_requirements()[check.kind].valid_months)


def open_profile(account: Account, *, now: dt.datetime, code_accepted: bool = True) -> Volunteer:
    """Begin the profile of an account, with its six checks; the code of conduct's is met at once."""
    volunteer = Volunteer(
        account_id=account.id, account=account, state=VolunteerState.REGISTERED, created_at=now, updated_at=now
    )
    volunteer.checks = [ReadinessCheck(kind=kind, state=CheckState.OUTSTANDING) for kind in CheckKind]
    db.session.add(volunteer)
    if code_accepted:
        check = _check(volunteer, CheckKind.CODE_OF_CONDUCT)
        check.state = CheckState.MET
        _note_acceptance(check, now)
    db.session.flush()
    audit.record("volunteer.opened", volunteer, actor=None, now=now)
    return volunteer


def start_profile(account: Account, *, now: dt.datetime) -> Volunteer:
    """Begin one's own profile, for somebody who was given the role later. Raises DomainError when there is one."""
    viewer = accounts.get_viewer(account.id, today=now.date())
    if not viewer.has(Role.VOLUNTEER):
        raise Forbidden("Only volunteers have a profile.")
    if queries.has_profile(viewer):
        raise DomainError("Your profile is already there.")
    accepted = accounts.has_accepted_policy(account.id, CODE_OF_CONDUCT, account_rules.POLICY_VERSIONS[CODE_OF_CONDUCT])
    return open_profile(account, now=now, code_accepted=accepted)


def _check(volunteer: Volunteer, kind: CheckKind) -> ReadinessCheck:
    return next(check for check in volunteer.checks if check.kind is kind)


def send_for_checks(volunteer: Volunteer, *, actor: Viewer, now: dt.datetime) -> None:
    """Hand a complete profile to the coordinators. Raises DomainError while something is missing."""
    db.session.flush()
    if not rules.complete(rules.list_gaps(queries.get_profile_of(volunteer).answers)):
        raise DomainError("Something is still missing. The list shows what; then send it.")
    volunteer.updated_at = now
    audit.move(volunteer, VolunteerState.CHECKING, actor=actor, now=now)
    emails.notify_profile_received(volunteer, now=now)
    if not _settle(volunteer, actor=actor, now=now):
        emails.notify_profile_sent(volunteer, now=now)


def pause(volunteer: Volunteer, *, actor: Viewer, now: dt.datetime) -> None:
    """Take a break: no request is offered until the volunteer comes back."""
    volunteer.updated_at = now
    audit.move(volunteer, VolunteerState.PAUSED, actor=actor, now=now)


def resume(volunteer: Volunteer, *, actor: Viewer, now: dt.datetime) -> None:
    """End a break: ready at once where every check still counts, else back to the checks."""
    if volunteer.state is not VolunteerState.PAUSED:
        raise DomainError("You are not paused.")
    volunteer.updated_at = now
    ready, until = _readiness(volunteer, now)
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
    """Record what a check found, and settle whether the volunteer is ready.

    Raises Forbidden for one's own check, DomainError for a finding without evidence, reason or true dates.
    """
    _record(check, state, CheckEvidence(evidence, expires_on), checked_on=checked_on, note=note, actor=actor, now=now)
    _settle(check.volunteer, actor=actor, now=now)


def record_passed_checks(
    volunteer: Volunteer,
    findings: Mapping[CheckKind, CheckEvidence],
    *,
    checked_on: dt.date | None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Record several checks as met in one act. Raises as `record_check` does; `field` ends in the kind at fault."""
    if not findings:
        raise DomainError("Tick the checks that are met. One that is not met is recorded by itself, with your reason.")
    for kind, finding in findings.items():
        check = _check(volunteer, kind)
        try:
            _record(check, CheckState.MET, finding, checked_on=checked_on, note=None, actor=actor, now=now)
        except DomainError as error:
            if error.field and error.field != "checked_on":
                error.field = f"{error.field}_{kind}"
            raise
    _settle(volunteer, actor=actor, now=now)


def _record(
    check: ReadinessCheck,
    state: CheckState,
    finding: CheckEvidence,
    *,
    checked_on: dt.date | None,
    note: str | None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Write down one finding; whoever calls settles what follows from it, once."""
    volunteer = check.volunteer
    if volunteer.account_id == actor.account_id:
        raise Forbidden("Ask another coordinator to check your own readiness.")
    regulator = volunteer.profession.regulator if volunteer.profession else None
    rules.check_result(
        check.kind,
        state,
        evidence=finding.evidence,
        checked_on=checked_on,
        expires_on=finding.expires_on,
        note=note,
        regulator=regulator,
        today=now.date(),
        valid_months=check_queries.get_requirements()[check.kind].valid_months,
    )
    name = str(LABELS[check.kind])
    words = f"{name}. {note or ''}".strip()
    audit.move(check, state, actor=actor, now=now, words=words, again=True, kind=check.kind)
    check.evidence, check.note, check.checked_on = finding.evidence, note, checked_on
    check.expires_on = finding.expires_on if state is CheckState.MET else None
    check.checked_by_id = actor.account_id
    if state is CheckState.NOT_MET:
        emails.notify_check_not_met(check, check_name=name, checker=actor.name, now=now)


def _readiness(volunteer: Volunteer, now: dt.datetime) -> tuple[bool, dt.date | None]:
    """Whether every needed check counts. Whoever changes what is needed waits for us, or we for them."""
    check_queries.lock_volunteer(volunteer)
    regulator = volunteer.profession.regulator if volunteer.profession else None
    needed = rules.get_needed_kinds(check_queries.get_requirements(), regulator=regulator)
    return rules.evaluate_readiness(volunteer.checks, now.date(), needed=needed)


def _settle(volunteer: Volunteer, *, actor: Viewer | None, now: dt.datetime) -> bool:
    """Bring the state in line with the checks. Gives whether every check counts."""
    ready, until = _readiness(volunteer, now)
    volunteer.ready_until_on = until
    if ready and volunteer.state in {VolunteerState.CHECKING, VolunteerState.LAPSED}:
        audit.move(volunteer, VolunteerState.READY, actor=actor, now=now)
        emails.notify_ready(volunteer, now=now)
    elif not ready and volunteer.state is VolunteerState.READY:
        audit.move(volunteer, VolunteerState.CHECKING, actor=actor, now=now)
    return ready


def expire_readiness(now: dt.datetime) -> int:
    """Move ready volunteers with a check past its last day to lapsed, and say so. Gives their number."""
    settings, lapsed = check_queries.get_requirements(), 0
    for volunteer in queries.list_with_expired_checks(now.date()):
        regulator = volunteer.profession.regulator if volunteer.profession else None
        needed = rules.get_needed_kinds(settings, regulator=regulator)
        out = [str(LABELS[c.kind]) for c in volunteer.checks if c.kind in needed and rules.is_expired(c, now.date())]
        if not out:
            continue  # what has run out is not asked for any more
        lapsed += 1
        volunteer.ready_until_on = None
        audit.move(volunteer, VolunteerState.LAPSED, actor=None, now=now)
        emails.notify_lapsed(volunteer, check_names=", ".join(out), now=now)
    return lapsed


def reopen_check(volunteer: Volunteer, kind: CheckKind, *, actor: Viewer, now: dt.datetime) -> None:
    """What was checked is no longer what stands there: nobody vouches for the new answer yet."""
    check = _check(volunteer, kind)
    if check.state is CheckState.OUTSTANDING:
        return
    audit.move(check, CheckState.OUTSTANDING, actor=actor, now=now, words=str(LABELS[kind]), kind=kind)
    check.evidence = check.note = check.checked_by_id = check.checked_on = check.expires_on = None
    _settle(volunteer, actor=actor, now=now)
    if volunteer.state is not VolunteerState.REGISTERED:
        emails.notify_profile_sent(volunteer, now=now)
