"""Operations on requests: drafts, lifecycle, seats, handover, search index."""

from volunteer_hub.partner_requests.service.drafts import (
    add_language,
    add_skill,
    add_windows,
    copy_request,
    create_draft,
    remove_language,
    remove_skill,
    remove_window,
    save_section,
)
from volunteer_hub.partner_requests.service.handover import hand_over
from volunteer_hub.partner_requests.service.lifecycle import (
    close,
    expire_overdue,
    open_request,
    reopen,
    return_request,
    submit,
    withdraw,
)
from volunteer_hub.partner_requests.service.permissions import require
from volunteer_hub.partner_requests.service.search_index import reindex
from volunteer_hub.partner_requests.service.seats import free_seat, take_seat
from volunteer_hub.partner_requests.service.signals import request_ended

__all__ = [
    "add_language",
    "add_skill",
    "add_windows",
    "close",
    "copy_request",
    "create_draft",
    "expire_overdue",
    "free_seat",
    "hand_over",
    "open_request",
    "reindex",
    "remove_language",
    "remove_skill",
    "remove_window",
    "reopen",
    "request_ended",
    "require",
    "return_request",
    "save_section",
    "submit",
    "take_seat",
    "withdraw",
]
