"""Signals that areas above may subscribe to."""

from __future__ import annotations

from blinker import Namespace

address_paused = Namespace().signal("address-paused")
"""Sent with an AddressBounces row and `now`, in the same transaction, when delivery to the address is paused."""
