"""Where people work: countries, NHS organisations, overseas partner institutions, partnerships, and
the data-sharing agreements without which a partner or director sees no volunteer's data (trust.md).

`data/` holds the pick-lists, with their sources in docs/data.md; `flask reference load` puts them in.
"""
