"""Foundations of every area: database, clock, money, states, access, errors, paging, forms, template filters.

Nothing here depends on an area. Read `db.py`, `states.py` and `access.py` first; `http.py` shows how a request is
checked on the way in and committed on the way out.
"""
