"""Signals that other areas may connect to."""

from __future__ import annotations

from blinker import Namespace

signals = Namespace()
next_may_be_asked = signals.signal("seat-freed")
"""Sent with the request and `now`, in the same transaction, when a match ends and another volunteer may be asked."""
