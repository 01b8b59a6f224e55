"""Hours that volunteers work on placements, logged by them and confirmed or queried by the hospital.

Every minute counts once: overlapping entries and more than a day's hours are refused
(docs/invariants.md, I9). Totals by placement, volunteer and month are computed from the entries and
never stored.
"""
