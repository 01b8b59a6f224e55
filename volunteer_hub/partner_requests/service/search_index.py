"""The searchable text of a request, kept current while volunteers may find it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from volunteer_hub.core import search
from volunteer_hub.core.db import db
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.vocabulary import queries as vocabulary

INDEX = "request_search"


def build_search_text(request: PartnerRequest) -> str:
    """All words under which a request is found: its own, its skills' synonyms, its place."""
    words = vocabulary.vocabulary()
    parts = [request.title, request.need, request.expected_result, request.learners_cadre]
    parts += [words.specialties[request.specialty_code].name] if request.specialty_code else []
    parts += [words.skills[skill.skill_code].search_text for skill in request.skills]
    parts += [request.institution.name, request.institution.town, request.institution.country.name]
    return " ".join(part for part in parts if part)


def refresh(request: PartnerRequest) -> None:
    """Put the present text into the index."""
    db.session.flush()
    search.index(INDEX, request.id, build_search_text(request))


def reindex(request_ids: Sequence[int]) -> None:
    """Renew the index of those of these requests that volunteers may find, after their text was changed from outside."""
    found = sa.select(PartnerRequest).where(
        PartnerRequest.id.in_(request_ids), PartnerRequest.state == RequestState.OPEN
    )
    for request in db.session.scalars(found.order_by(PartnerRequest.id).execution_options(populate_existing=True)):
        refresh(request)


def remove(request: PartnerRequest) -> None:
    """Take an ended request out of the index."""
    search.remove(INDEX, request.id)
