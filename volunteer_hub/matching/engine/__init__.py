"""Vectorised evaluation of very many pairs with numpy: the same gates, shares and points as `fit.rules`.

`volunteer_arrays.py` and `request_arrays.py` hold volunteers and requests as arrays; `loading.py` fills them from the
tables. `candidate_index.py` finds candidates, `gates.py`, `overlap.py` and `scoring.py` compute gates, time in common
and points of pairs, and `evaluator.py` combines them. `pool.py` keeps all volunteers in memory for live shortlists.
Tests compare every pair with `fit.rules`.
"""
