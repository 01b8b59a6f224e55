"""The verbs of this area: wishes to be erased, the erasure itself, forgetting in time."""

from volunteer_hub.privacy.service.erasing import erase
from volunteer_hub.privacy.service.forgetting import change_retention, erase_unused, forget_overdue
from volunteer_hub.privacy.service.wishes import (
    ask,
    chase_wishes,
    download,
    fulfil_wishes,
    grant,
    number_of_traces,
    refuse,
    withdraw,
)

__all__ = [
    "ask",
    "change_retention",
    "chase_wishes",
    "download",
    "erase",
    "erase_unused",
    "forget_overdue",
    "fulfil_wishes",
    "grant",
    "number_of_traces",
    "refuse",
    "withdraw",
]
