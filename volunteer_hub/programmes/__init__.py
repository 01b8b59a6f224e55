"""Programmes: funder, duration, target, currency and settings, and the institutions that take part.

An institution raises requests only in a running programme in which it takes part. The currency is chosen once,
because the funds, allocations and ledger of the programme (in an upper area) are kept in it.
"""
