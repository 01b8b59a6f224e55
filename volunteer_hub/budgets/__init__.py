"""Budgets: funds, allocations, reservations, and the double-entry ledger under them.

Every movement is posted by `service._move`: two or more entries that sum to zero and are never
changed afterwards. The counters on `Fund` and `Allocation` are updated by one conditional UPDATE
each, with a CHECK constraint behind it, so that concurrent movements cannot overspend
(docs/invariants.md, I1 to I4).
"""
