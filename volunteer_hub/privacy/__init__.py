"""Privacy: a person's data and its download, erasure, and retention.

The data map (`data_map.py`) gives every column of every table a class; a test refuses a column without one.
Download and erasure iterate over the map, so that neither can miss a table.
"""
