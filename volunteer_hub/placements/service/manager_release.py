"""The line manager's release: request, answer, new request, reminder. No answer is never taken as consent."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from volunteer_hub.accounts.secrets import generate_token, hash_token
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.placements import emails, queries, rules
from volunteer_hub.placements.models import ManagerRelease, Placement
from volunteer_hub.placements.rules import PlacementAction
from volunteer_hub.placements.service import permissions
from volunteer_hub.placements.states import ReleaseState
from volunteer_hub.volunteers.states import VolunteerState


def request_release(placement: Placement, *, actor: Viewer | None, now: dt.datetime) -> None:
    """Send the line manager named in the profile a link with which to answer.

    Raises DomainError when the profile names none.
    """
    volunteer = placement.volunteer
    if not volunteer.manager_email or not volunteer.manager_name:
        raise DomainError(
            _("The programme asks for a line manager’s release, but the profile names none. Ask the coordinator."),
            code="line_manager_missing",
        )
    token = generate_token()
    release = ManagerRelease(
        placement_id=placement.id,
        manager_name=volunteer.manager_name,
        manager_email=volunteer.manager_email,
        token_hash=hash_token(token),
        state=ReleaseState.WAITING,
        requested_at=now,
        respond_by_at=now + dt.timedelta(days=placement.request.programme.release_days),
    )
    release.placement = placement
    db.session.add(release)
    db.session.flush()
    audit.record("release.asked", placement, actor=actor, now=now)
    emails.notify_release_requested(release, token=token, now=now)


def answer_release(release: ManagerRelease, *, granted: bool, message: str | None, now: dt.datetime) -> None:
    """Record the line manager's answer. Raises Conflict when there is one already or none is needed any more."""
    if not rules.can_answer_release(release.state):
        raise Conflict(_("This has already been answered. Thank you."), code="release_already_answered")
    if not rules.is_planned(release.placement.state):
        raise Conflict(_("This placement no longer waits for your answer. Thank you."), code="release_answer_too_late")
    state = ReleaseState.GRANTED if granted else ReleaseState.REFUSED
    audit.move(release, state, actor=None, now=now, note=message)
    audit.record(f"placement.release_{state.value}", release.placement, actor=None, now=now)
    release.answered_at, release.message = now, message
    emails.notify_release_answered(release, now=now)


def request_release_again(placement: Placement, *, actor: Viewer, now: dt.datetime) -> None:
    """Send a new request with a new link, after a refusal or while there is no answer.

    Raises Forbidden for other roles, DomainError when no answer is needed or a new line manager is not checked yet.
    """
    if not rules.is_permitted(PlacementAction.REQUEST_RELEASE, permissions.get_relation(placement, actor)):
        raise Forbidden(
            _("Only the hospital’s Director or the coordinator asks the line manager again."),
            code="release_request_not_permitted",
        )
    release = placement.release
    if release is None or not permissions.awaits_release(placement):
        raise DomainError(_("This placement does not wait for a line manager."), code="release_not_awaited")
    if release.state is ReleaseState.REFUSED:
        audit.move(release, ReleaseState.WAITING, actor=actor, now=now)
    token = _renew_link(release, now=now)
    audit.record("release.asked", placement, actor=actor, now=now)
    emails.notify_release_requested(release, token=token, now=now)


def _renew_link(release: ManagerRelease, *, now: dt.datetime) -> str:
    token, volunteer = generate_token(), release.placement.volunteer
    if volunteer.manager_email != release.manager_email:
        if volunteer.state is not VolunteerState.READY:
            raise DomainError(
                _("The profile names a new line manager. The coordinator must check that first."),
                code="line_manager_unchecked",
            )
        release.manager_name = volunteer.manager_name or release.manager_name
        release.manager_email = volunteer.manager_email or release.manager_email
    release.token_hash = hash_token(token)
    release.requested_at = now
    release.respond_by_at = now + dt.timedelta(days=release.placement.request.programme.release_days)
    release.chased_at = None
    return token


def remind_managers(now: dt.datetime) -> int:
    """Remind line managers who have not answered in time, once each (a job). Returns the number of reminders."""
    late = queries.list_late_releases(now=now)
    for release in late:
        token = generate_token()
        release.token_hash, release.chased_at = hash_token(token), now
        audit.record("release.chased", release.placement, actor=None, now=now)
        emails.notify_release_late(release, token=token, now=now)
    return len(late)
