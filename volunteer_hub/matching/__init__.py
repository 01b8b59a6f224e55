"""One volunteer and one request: how well they fit and why, and who has said what.

`rules.py` decides: hard gates with stable codes, then weighted factors whose contributions add up to
the score. A match is a proposal; people decide, and every decision keeps its reason.
"""
