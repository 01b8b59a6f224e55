"""Privacy: what is kept about a person, their download of it, erasure, and how long anything is kept.

The data map (`rules.py`) gives every column of every table a class; a test refuses a column without one.
Download and erasure walk the map, so that neither can forget a table.
"""
