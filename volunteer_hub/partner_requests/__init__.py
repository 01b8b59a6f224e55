"""What partners ask for: drafted in their words, opened or returned by the director, filled, closed.

A partner sees the requests of their institutions, a director those of their countries, a volunteer
the open ones. `seats_filled` changes only by `service.take_seat` and `free_seat`: one conditional
UPDATE each, with a CHECK behind it (trust.md I8).
"""
