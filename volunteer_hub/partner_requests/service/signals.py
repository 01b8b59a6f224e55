"""Signals to which other areas subscribe."""

from __future__ import annotations

from blinker import Namespace

signals = Namespace()
request_ended = signals.signal("request-ended")
"""Sent when an open or filled request is withdrawn, closed or expires, in the same transaction.

Arguments: the request, `actor` (None when a job ended it) and `now`."""
