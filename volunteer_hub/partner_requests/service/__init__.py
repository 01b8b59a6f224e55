"""The verbs of this area, one file for each part of a request's life."""

from volunteer_hub.partner_requests.service.drafts import (
    add_language,
    add_skill,
    add_windows,
    copy,
    draft,
    remove_language,
    remove_skill,
    remove_window,
    save,
)
from volunteer_hub.partner_requests.service.guarding import require
from volunteer_hub.partner_requests.service.handing import hand_over
from volunteer_hub.partner_requests.service.life import (
    close,
    expire_past,
    open_request,
    reopen,
    return_request,
    submit,
    withdraw,
)
from volunteer_hub.partner_requests.service.searching import index_again
from volunteer_hub.partner_requests.service.seats import free_seat, take_seat
from volunteer_hub.partner_requests.service.signals import request_ended

__all__ = [
    "add_language",
    "add_skill",
    "add_windows",
    "close",
    "copy",
    "draft",
    "expire_past",
    "free_seat",
    "hand_over",
    "index_again",
    "open_request",
    "remove_language",
    "remove_skill",
    "remove_window",
    "reopen",
    "request_ended",
    "require",
    "return_request",
    "save",
    "submit",
    "take_seat",
    "withdraw",
]
