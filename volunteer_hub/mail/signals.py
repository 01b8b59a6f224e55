"""What other areas may listen for."""

from __future__ import annotations

from blinker import Namespace

address_paused = Namespace().signal("address-paused")
"""Sent with an AddressBounces row and `now`, in the same transaction, when sending to the address is paused."""
