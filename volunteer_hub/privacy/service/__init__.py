"""The service functions of privacy: erasure requests, the erasure itself, retention."""

from volunteer_hub.privacy.service.erasure import erase
from volunteer_hub.privacy.service.erasure_requests import (
    count_mentions,
    export_personal_data,
    fulfil_erasure_requests,
    grant_request,
    refuse_request,
    remind_of_erasure_requests,
    request_erasure,
    withdraw_request,
)
from volunteer_hub.privacy.service.retention import change_retention, erase_unused_accounts, purge_expired

__all__ = [
    "change_retention",
    "count_mentions",
    "erase",
    "erase_unused_accounts",
    "export_personal_data",
    "fulfil_erasure_requests",
    "grant_request",
    "purge_expired",
    "refuse_request",
    "remind_of_erasure_requests",
    "request_erasure",
    "withdraw_request",
]
