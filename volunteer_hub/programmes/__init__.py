"""A programme: who funds it, how long, how many volunteers, in which currency, by which settings.

An institution raises requests only in a running programme in which it takes part. The currency is chosen
once, because funds, allocations and the ledger (an upper area) are kept in it.
"""
