"""The judgement of `rules.fit` for very many pairs at once, in numpy: same gates, same shares, same points.

`people.py` keeps volunteers as arrays, `judging.py` gates and scores them for one request, `edges.py` keeps the
best of every request, `planning.py` puts a round together with the exact solver. Tests hold every pair against `rules.fit`.
"""
