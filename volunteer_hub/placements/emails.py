"""E-mails about placements: approval, the line manager's release, the workplan, the start."""

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
    """Who raised the request while they still speak for the hospital, else its other contacts."""
    contacts = list_recipients_with_role(
        Role.PARTNER, today=now.date(), institution_id=placement.request.institution_id
    )
    raisers = [one for one in contacts if one.account_id == placement.request.contact_id]
    return raisers or contacts


def director_recipients(placement: Placement, *, now: dt.datetime) -> list[Recipient]:
    """Who approved it while they still direct there, else the directors of the hospital."""
    institution = placement.request.institution
    people = list_recipients_with_role(
        Role.DIRECTOR, today=now.date(), country=institution.country_iso2, institution_id=institution.id
    )
    deciders = [one for one in people if one.account_id == placement.director_id]
    return deciders or people


def _to(people: Iterable[Recipient], kind: str, placement: Placement, *, now: dt.datetime, **more: Any) -> None:
    for person in people:
        queue(kind, person, placement, now=now, placement=placement, request=placement.request, **more)


def notify_approved(placement: Placement, *, message: str | None, now: dt.datetime) -> None:
    """The director said yes: the volunteer and the partner plan the work."""
    _to([_volunteer(placement)], "placement_approved", placement, now=now, words=message)
    _to(partner_recipients(placement, now=now), "placement_for_partner", placement, now=now, words=message)


def notify_release_requested(release: ManagerRelease, *, token: str, now: dt.datetime) -> None:
    """The line manager is asked, by a link that shows on GET and acts on POST."""
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
    """The line manager has not answered: a reminder with a fresh link, and the others are told."""
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
    _to(people, "release_late", placement, now=now, release=release)


def notify_release_answered(release: ManagerRelease, *, now: dt.datetime) -> None:
    """The line manager answered: the volunteer, the director and the partner are told."""
    placement = release.placement
    kind = "release_given" if release.state.value == "given" else "release_refused"
    people = [_volunteer(placement), *director_recipients(placement, now=now)]
    if kind == "release_refused":
        people += list_recipients_with_role(Role.COORDINATOR, today=now.date())
    _to(people, kind, placement, now=now, release=release)


def notify_workplan_changed(placement: Placement, *, by_volunteer: bool, sender: str, now: dt.datetime) -> None:
    """One side changed the plan: the other is asked to agree."""
    others = partner_recipients(placement, now=now) if by_volunteer else [_volunteer(placement)]
    named = not by_volunteer or shares_data(placement.request.institution_id, today=now.date())
    _to(others, "workplan_changed", placement, now=now, sender=sender if named else _("The volunteer"))


def notify_workplan_agreed(placement: Placement, *, now: dt.datetime) -> None:
    """Both sides agree to the plan."""
    _to(
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
    """The work begins."""
    _to(
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
    """Somebody ended it before the end, without blame. The hospital hears that the seat is free again."""
    is_free = placement.request.state is RequestState.OPEN
    hosts = [*partner_recipients(placement, now=now), *director_recipients(placement, now=now)]
    _to([_volunteer(placement)], "placement_ended", placement, now=now, sender=sender, seat_is_free=False)
    _to(hosts, "placement_ended", placement, now=now, sender=sender, seat_is_free=is_free)


def notify_paused(placement: Placement, *, message: str, actor: Viewer, now: dt.datetime) -> None:
    """The work rests."""
    _to_all("placement_paused", placement, words=message, actor=actor, now=now)


def notify_resumed(placement: Placement, *, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """The work goes on."""
    _to_all("placement_resumed", placement, words=message, actor=actor, now=now)


def notify_completed(placement: Placement, *, message: str | None, actor: Viewer | None, now: dt.datetime) -> None:
    """The work is done; without an actor the service found it so."""
    _to_all("placement_completed", placement, words=message, actor=actor, now=now)


def _to_all(kind: str, placement: Placement, *, words: str | None, actor: Viewer | None, now: dt.datetime) -> None:
    """To both sides. The hospital reads the volunteer's name and words only under an agreement in force."""
    name = actor.name if actor else None
    _to([_volunteer(placement)], kind, placement, now=now, sender=name, words=words)
    by_volunteer = actor is not None and actor.account_id == placement.volunteer.account_id
    if by_volunteer and not shares_data(placement.request.institution_id, today=now.date()):
        name, words = _("The volunteer"), None
    hosts = {
        one.email: one for one in (*partner_recipients(placement, now=now), *director_recipients(placement, now=now))
    }
    hosts.pop(placement.volunteer.account.email, None)
    _to(hosts.values(), kind, placement, now=now, sender=name, words=words)
