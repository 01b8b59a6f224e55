"""Partner requests: drafted by a hospital's contact, opened or returned by its director, filled, closed.

A partner sees the requests of their institutions, a director those of their countries, a volunteer
the open ones. Only `service.take_seat` and `service.free_seat` change `seats_filled`, each by one
conditional UPDATE with a CHECK constraint behind it (docs/invariants.md, I8).
"""
