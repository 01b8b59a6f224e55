"""E-mails about placements: approval, the line manager's release, the workplan, state changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from volunteer_hub.accounts.queries import as_recipient, list_recipients_with_role
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.mail.service import Recipient, queue
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import ManagerRelease, Placement


def _volunteer(placement: Placement) -> Recipient:
    return as_recipient(placement.volunteer.account)


def partner_recipients(placement: Placement, *, now: dt.datetime) -> list[Recipient]:
    """Return the request's contact while they are a contact of the hospital, else all its contacts."""
    contacts = list_recipients_with_role(
        Role.PARTNER, today=now.date(), institution_id=placement.request.institution_id
    )
    own = [person for person in contacts if person.account_id == placement.request.contact_id]
    return own or contacts


def director_recipients(placement: Placement, *, now: dt.datetime) -> list[Recipient]:
    """Return the placement's director while they direct the hospital, else all its directors."""
    institution = placement.request.institution
    people = list_recipients_with_role(
        Role.DIRECTOR, today=now.date(), country=institution.country_iso2, institution_id=institution.id
    )
    own = [person for person in people if person.account_id == placement.director_id]
    return own or people


def _queue(people: Iterable[Recipient], kind: str, placement: Placement, *, now: dt.datetime, **more: Any) -> None:
    for person in people:
        queue(kind, person, placement, now=now, placement=placement, request=placement.request, **more)


def notify_approved(placement: Placement, *, message: str | None, now: dt.datetime) -> None:
    """Tell the volunteer and the partner that the director has approved the match."""
    _queue([_volunteer(placement)], "placement_approved", placement, now=now, message=message)
    _queue(partner_recipients(placement, now=now), "placement_for_partner", placement, now=now, message=message)


def notify_release_requested(release: ManagerRelease, *, token: str, now: dt.datetime) -> None:
    """Send the line manager the link with which to answer."""
    placement = release.placement
    queue(
        "release_asked",
        Recipient(release.manager_name, release.manager_email, time_zone="Europe/London"),
        release,
        now=now,
        sensitive=True,
        token=token,
        release=release,
        placement=placement,
        request=placement.request,
    )


def notify_release_late(release: ManagerRelease, *, token: str, now: dt.datetime) -> None:
    """Send the line manager a reminder with a new link, and tell the volunteer and the coordinators."""
    placement = release.placement
    queue(
        "release_reminder",
        Recipient(release.manager_name, release.manager_email, time_zone="Europe/London"),
        release,
        now=now,
        sensitive=True,
        token=token,
        release=release,
        placement=placement,
        request=placement.request,
    )
    people = [_volunteer(placement), *list_recipients_with_role(Role.COORDINATOR, today=now.date())]
    _queue(people, "release_late", placement, now=now, release=release)


def notify_release_answered(release: ManagerRelease, *, now: dt.datetime) -> None:
    """Tell the volunteer, the directors and, after a refusal, the coordinators what the line manager answered."""
    placement = release.placement
    kind = "release_given" if release.state.value == "given" else "release_refused"
    people = [_volunteer(placement), *director_recipients(placement, now=now)]
    if kind == "release_refused":
        people += list_recipients_with_role(Role.COORDINATOR, today=now.date())
    _queue(people, kind, placement, now=now, release=release)


def notify_workplan_changed(placement: Placement, *, by_volunteer: bool, sender: str, now: dt.datetime) -> None:
    """Ask the other side to agree to the changed plan."""
    others = partner_recipients(placement, now=now) if by_volunteer else [_volunteer(placement)]
    named = not by_volunteer or shares_data(placement.request.institution_id, today=now.date())
    _queue(others, "workplan_changed", placement, now=now, sender=sender if named else _("The volunteer"))


def notify_workplan_agreed(placement: Placement, *, now: dt.datetime) -> None:
    """Tell everybody concerned that both sides agree to the plan."""
    _queue(
        [
            _volunteer(placement),
            *partner_recipients(placement, now=now),
            *director_recipients(placement, now=now),
        ],
        "workplan_agreed",
        placement,
        now=now,
    )


def notify_started(placement: Placement, *, now: dt.datetime) -> None:
    """Tell everybody concerned that the placement has started."""
    _queue(
        [
            _volunteer(placement),
            *partner_recipients(placement, now=now),
            *director_recipients(placement, now=now),
        ],
        "placement_started",
        placement,
        now=now,
    )


def notify_ended_early(placement: Placement, *, sender: str, now: dt.datetime) -> None:
    """Tell everybody concerned that the placement ended early; the hospital also that the seat is free again."""
    is_free = placement.request.state is RequestState.OPEN
    hosts = [*partner_recipients(placement, now=now), *director_recipients(placement, now=now)]
    _queue([_volunteer(placement)], "placement_ended", placement, now=now, sender=sender, seat_is_free=False)
    _queue(hosts, "placement_ended", placement, now=now, sender=sender, seat_is_free=is_free)


def notify_paused(placement: Placement, *, message: str, actor: Viewer, now: dt.datetime) -> None:
    """Tell everybody concerned that the placement is paused."""
    _queue_for_all("placement_paused", placement, message=message, actor=actor, now=now)


def notify_resumed(placement: Placement, *, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """Tell everybody concerned that the placement was resumed."""
    _queue_for_all("placement_resumed", placement, message=message, actor=actor, now=now)


def notify_completed(placement: Placement, *, message: str | None, actor: Viewer | None, now: dt.datetime) -> None:
    """Tell everybody concerned that the placement is completed; `actor` is None when a job completed it."""
    _queue_for_all("placement_completed", placement, message=message, actor=actor, now=now)


def _queue_for_all(
    kind: str, placement: Placement, *, message: str | None, actor: Viewer | None, now: dt.datetime
) -> None:
    """Queue for both sides. The hospital gets the volunteer's name and message only under an agreement in force."""
    name = actor.name if actor else None
    _queue([_volunteer(placement)], kind, placement, now=now, sender=name, message=message)
    by_volunteer = actor is not None and actor.account_id == placement.volunteer.account_id
    if by_volunteer and not shares_data(placement.request.institution_id, today=now.date()):
        name, message = _("The volunteer"), None
    hosts = {
        person.email: person
        for person in (*partner_recipients(placement, now=now), *director_recipients(placement, now=now))
    }
    hosts.pop(placement.volunteer.account.email, None)
    _queue(hosts.values(), kind, placement, now=now, sender=name, message=message)
