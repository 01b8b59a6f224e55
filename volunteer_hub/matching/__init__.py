"""Matches of volunteers and requests: interest, invitations, answers, and what shapes their score.

`service/` holds every act, `queries/` every read; `facts.py` turns rows into the plain values that `fit.rules`
evaluates. A match is a proposal; people decide, and every decision keeps its reason. Rounds are the area `rounds`.
"""
