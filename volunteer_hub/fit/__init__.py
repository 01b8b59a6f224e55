"""How well a volunteer fits a request: pure rules in `rules/`, and the texts that explain their results beside them.

Start with `rules/evaluation.py: evaluate`. docs/matching.md explains the model to a coordinator.
"""
