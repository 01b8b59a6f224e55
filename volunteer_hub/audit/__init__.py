"""Who did what to which row, when. Append-only, hash-chained, written in the act's own transaction.

`service.record` and `service.move` are the only doors. Entries are chained just before the commit,
so that the lock on the chain's head is the last one taken and the shortest held. Free text stands in
a side table of which the chain holds only the hash: it can be erased and the chain still verifies.
"""
