"""Hours: what a volunteer worked on a placement, confirmed or queried by the hospital or the Director.

An entry counts a worked minute once: overlaps and more than a day are refused (trust.md I9). Totals by
placement, volunteer and month are sums of entries and are never kept.
"""
