"""What this area registers with the areas below, at start-up."""

from __future__ import annotations

from volunteer_hub.mail.relevance import register_row_check
from volunteer_hub.privacy.models import ErasureRequest
from volunteer_hub.privacy.states import ErasureState


def register() -> None:
    """Register when an email about an erasure request is still true."""
    register_row_check(
        ErasureRequest, lambda row, _now: row.state is ErasureState.REQUESTED, "erasure_asked", "erasure_due"
    )
