"""What every area stands on: database, clock, money, states, access, errors, paging, forms, pages.

Nothing here knows an area. Read `db.py`, `states.py` and `access.py` first; `web.py` shows how a
request is checked on its way in and committed on its way out.
"""
