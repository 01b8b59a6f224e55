"""What a partner contact holds: the requests that they raised and that are not over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from flask import current_app, url_for
from flask_babel import gettext as _

from volunteer_hub.accounts import holdings
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.holdings import Holding, Item
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role, Viewer, may_enter
from volunteer_hub.partner_requests import queries, service

KIND, PAGE = "requests", "partner_requests.show"


def teach() -> None:
    """Let accounts be closed without leaving a hospital's requests to nobody."""
    holdings.teach(KIND, _told, _hand_over)


def _told(account: Account, viewer: Viewer) -> list[Holding]:
    """The live requests of a person, hospital by hospital; two queries, or one when there is none."""
    asks = queries.list_unfinished_of_contact(account.id)
    contacts = accounts.list_live_grants(Role.PARTNER, exclude_id=account.id) if asks else []
    may_open = may_enter(current_app.view_functions[PAGE], viewer)
    told = []
    for institution, some in groupby(asks, key=lambda ask: ask.institution):
        mine = list(some)
        told.append(
            Holding(
                KIND,
                institution.id,
                title=_("Requests of %(hospital)s", hospital=institution.name),
                items=[Item(ask.title, url_for(PAGE, request_id=ask.id) if may_open else None) for ask in mine],
                successors=list(
                    dict.fromkeys((str(c.id), c.name) for c in contacts if c.institution_id == institution.id)
                ),
                stays=_("Nobody else speaks for this hospital. The requests stay as they are; invite another contact."),
                row_ids=[ask.id for ask in mine],
            )
        )
    return told


def _hand_over(row_ids: Sequence[int], to_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    service.hand_over(queries.list_by_ids(row_ids), to_id, actor=actor, now=now)
