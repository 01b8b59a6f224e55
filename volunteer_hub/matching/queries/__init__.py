"""Every select of this area, one file for each reader."""

from volunteer_hub.matching.queries.browsing import Filters, Found, browse, my_facts, open_request
from volunteer_hub.matching.queries.hosting import (
    Candidate,
    candidate_of,
    candidates,
    facts_of_request,
    invitable,
    request_for_host,
    request_row,
)
from volunteer_hub.matching.queries.matches import (
    HOSTS,
    get_for,
    get_for_host,
    get_mine,
    had_match,
    in_scope,
    mine,
    queue,
    unanswered,
    volunteer_row,
    waiting_on,
)

__all__ = [
    "HOSTS",
    "Candidate",
    "Filters",
    "Found",
    "browse",
    "candidate_of",
    "candidates",
    "facts_of_request",
    "get_for",
    "get_for_host",
    "get_mine",
    "had_match",
    "in_scope",
    "invitable",
    "mine",
    "my_facts",
    "open_request",
    "queue",
    "request_for_host",
    "request_row",
    "unanswered",
    "volunteer_row",
    "waiting_on",
]
