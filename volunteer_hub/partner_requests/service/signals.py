"""What other areas may listen for."""

from __future__ import annotations

from blinker import Namespace

signals = Namespace()
request_ended = signals.signal("request-ended")
"""Sent with the request, `actor` (None: the service) and `now` when an open request is withdrawn,
closed or expires, in the same transaction."""
