"""Matching rounds: a coordinator or the scheduler requests one, `runner.py` computes it at the exact optimum, people publish it.

Start with `runner.py: run_claimed` and `service/lifecycle.py`. A volunteer hears of a proposal in `service/proposals.py`.
"""
