"""What other areas may listen for."""

from __future__ import annotations

from blinker import Namespace

signals = Namespace()
seat_freed = signals.signal("seat-freed")
"""Sent with the request and `now`, in the same transaction, when a match has ended so that somebody else may be asked."""
