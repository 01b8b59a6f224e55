"""How well a volunteer fits a request: pure rules in `rules/`, and the words for their answers beside them.

Start with `rules/evaluation.py: evaluate`. docs/matching.md explains the model to a coordinator.
"""
