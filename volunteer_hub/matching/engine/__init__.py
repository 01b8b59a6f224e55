"""The judgement of `rules.fit` for very many pairs at once, in numpy: same gates, same shares, same points.

`people.py` and `asking.py` are volunteers and requests as arrays; `gating.py`, `weeks.py` and `pointing.py` the gates, the
time in common and the points of pairs, which `judging.py` puts together; `keeping.py` and `edges.py` keep the best pairs;
`planning.py` makes a round of them with the exact solver, `telling.py` writes its reasons. Tests hold every pair against
`rules.fit`.
"""
