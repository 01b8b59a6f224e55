"""Matching rounds: requested by a coordinator or the scheduler, computed exactly, published by a coordinator.

Start with `runner.py: run_claimed` and `service/lifecycle.py`. Proposals are sent to volunteers in
`service/proposals.py`.
"""
