"""Money: funds, allocations, reservations, and the double-entry ledger under them.

Every movement goes through `ledger.post`: two or more entries that sum to zero, never changed
afterwards. The counters on `Fund` and `Allocation` are moved by one conditional UPDATE each, with a
CHECK behind it, so that nothing is overspent whoever races (trust.md I1 to I4).
"""
