"""What the mail area learns of deletion requests: when an email about one has become pointless."""

from __future__ import annotations

from volunteer_hub.mail import relevance
from volunteer_hub.privacy.models import ErasureRequest
from volunteer_hub.privacy.states import ErasureState


def teach() -> None:
    """Register what must still hold when an email goes out."""
    relevance.register_row(
        ErasureRequest, lambda row, _now: row.state is ErasureState.REQUESTED, "erasure_asked", "erasure_due"
    )
