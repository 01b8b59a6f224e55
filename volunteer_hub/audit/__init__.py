"""The audit log: who did what to which row, and when. Append-only and hash-chained, written with the action itself.

Write only through `service.record` and `service.move`. Entries are chained just before the commit, so that the lock on
the chain's head is taken last and held briefly. Free text is stored in a side table; the chain contains only its hash,
so the text can be erased and the chain still verifies.
"""
