"""Monitoring endpoints: `/readyz`, `/metrics` and the command `flask check`.

`queries` collects facts, `rules` turns them into findings. Everything is read-only and contains no personal data.
"""
