"""Matches in any state, created by the services and committed.

The e-mails queued on the way are deleted, so that a test's outbox holds only what the test caused.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.partner_requests import make_request
from tests.factories.volunteers import make_volunteer
from volunteer_hub.accounts.models import Account
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.fit.rules import Factor, RestrictionKind
from volunteer_hub.institutions.models import Institution
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.matching import service
from volunteer_hub.matching.models import FactorOverride, Match, MatchRestriction
from volunteer_hub.matching.states import MatchState, Reason
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.vocabulary.states import SkillLevel
from volunteer_hub.volunteers.models import Volunteer

S = MatchState
INVITED = frozenset({S.PROPOSED, S.EXPIRED})


def make_fitting_volunteer(**options: Any) -> Volunteer:
    """Create a ready volunteer for whom every gate of a default request in Africa or Asia is open."""
    defaults: dict[str, Any] = {"skills": {"IPC": SkillLevel.INDEPENDENT}, "windows": ((0, 480, 960),)}
    if options.get("capacity", 1) > 1:
        defaults["weekly_minutes"] = 240 * options["capacity"]  # enough hours for that many placements
    return make_volunteer(**(defaults | options))


def director_of(request: PartnerRequest) -> Account:
    """Create a director for the request's country."""
    return make_account(Role.DIRECTOR, country=request.institution.country_iso2)


@contextlib.contextmanager
def discard_mail() -> Iterator[None]:
    """Commit the work of the block without the e-mails that it queued."""
    last = db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(OutboxMail.id), 0)))
    yield
    db.session.flush()
    db.session.execute(sa.delete(OutboxMail).where(OutboxMail.id > last))
    db.session.commit()


def make_match(
    request: PartnerRequest | None = None,
    volunteer: Volunteer | None = None,
    state: MatchState = MatchState.ACCEPTED,
    *,
    director: Account | None = None,
    message: str = "I have taught infection prevention for ten years.",
    at: dt.datetime | None = None,
) -> Match:
    """Create a match in `state`: an invitation where it is proposed or expired, else an application.

    APPROVED here changes the match only; `make_placement` creates one with seat, money and placement.
    """
    now = at or clock.now()
    request = request or make_request()
    volunteer = volunteer or make_fitting_volunteer()
    director = director or director_of(request)
    with discard_mail():
        match = _create(request, volunteer, state, viewer_of(director), message, now)
        _move_to(match, state, viewer_of(director), now)
    return match


def _create(
    request: PartnerRequest, volunteer: Volunteer, state: MatchState, director: Viewer, message: str, now: dt.datetime
) -> Match:
    if state in INVITED:
        return service.invite(request, volunteer.id, message="You would help us a lot.", actor=director, now=now)
    mine = viewer_of(volunteer.account)
    return service.express_interest(request.id, message=message, actor=mine, now=now)


def _move_to(match: Match, state: MatchState, director: Viewer, now: dt.datetime) -> None:
    mine = viewer_of(match.volunteer.account)
    if state is S.DECLINED:
        service.decline(match, reason=Reason.ANOTHER, message="Thank you, next time.", actor=director, now=now)
    elif state is S.WITHDRAWN:
        service.withdraw(match, reason=Reason.NO_TIME, message=None, actor=mine, now=now)
    elif state in {S.APPROVED, S.EXPIRED}:
        audit.move(match, state, actor=director if state is S.APPROVED else None, now=now)


def make_restriction(
    volunteer: Volunteer,
    institution: Institution,
    kind: RestrictionKind = RestrictionKind.CONFLICT,
    *,
    by: Account | None = None,
    note: str = "My sister is the matron there.",
    at: dt.datetime | None = None,
) -> MatchRestriction:
    """Create a conflict of interest recorded by the volunteer, or an exclusion recorded by a partner contact."""
    if by is None and kind is RestrictionKind.CONFLICT:
        by = volunteer.account
    by = by or make_account(Role.PARTNER, institution_id=institution.id)
    with discard_mail():
        return service.restrict(
            volunteer.id, institution.id, kind, reason=note, actor=viewer_of(by), now=at or clock.now()
        )


def make_override(
    volunteer: Volunteer,
    request: PartnerRequest,
    factor: Factor = Factor.EXPERIENCE,
    share: int = 100,
    *,
    by: Account | None = None,
    reason: str = "She has worked there before.",
) -> FactorOverride:
    """Create an override of one factor of a pair, by a coordinator."""
    by = by or make_account(Role.COORDINATOR)
    actor = viewer_of(by)
    row = service.set_override(volunteer.id, request.id, factor, share, reason=reason, actor=actor, now=clock.now())
    db.session.commit()
    return row
