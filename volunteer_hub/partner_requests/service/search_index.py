"""The full-text index of requests: a request is in it from its submission until it ends."""

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
    """Return the text by which a request is found: its own, its skills with their synonyms, its institution."""
    terms = vocabulary.vocabulary()
    parts = [request.title, request.need, request.expected_result, request.learners_cadre]
    parts += [terms.specialties[request.specialty_code].name] if request.specialty_code else []
    parts += [terms.skills[skill.skill_code].search_text for skill in request.skills]
    parts += [request.institution.name, request.institution.town, request.institution.country.name]
    return " ".join(part for part in parts if part)


def refresh(request: PartnerRequest) -> None:
    """Insert or update a request's text in the index. Flushes the session first."""
    db.session.flush()
    search.index(INDEX, request.id, build_search_text(request))


def reindex(request_ids: Sequence[int]) -> None:
    """Update the index for those of these requests that are open, after another area changed their text."""
    statement = sa.select(PartnerRequest).where(
        PartnerRequest.id.in_(request_ids), PartnerRequest.state == RequestState.OPEN
    )
    for request in db.session.scalars(statement.order_by(PartnerRequest.id).execution_options(populate_existing=True)):
        refresh(request)


def remove(request: PartnerRequest) -> None:
    """Remove a request from the index."""
    search.remove(INDEX, request.id)
