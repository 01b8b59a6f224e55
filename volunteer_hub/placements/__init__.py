"""Placements: the director's approval, the line manager's release, the workplan, the start.

A step that turns a match into a placement belongs here: `service.approve` fills the seat, sets the
money aside, makes the placement and tells everybody, in one transaction.
"""
