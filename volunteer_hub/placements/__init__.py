"""Placements: the director's approval, the line manager's release, the workplan, the start.

The step that turns a match into a placement belongs here: `service.approve` takes the seat, allocates
the money, creates the placement and queues the e-mails, in one transaction.
"""
