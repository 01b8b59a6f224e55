"""Institutions: countries, NHS organisations, overseas partners, partnerships, data-sharing agreements.

Without an agreement in force the partners and directors of an institution see no volunteer's data.
`data/` holds the pick-lists, with their sources in docs/data.md; `flask reference load` loads them.
"""
