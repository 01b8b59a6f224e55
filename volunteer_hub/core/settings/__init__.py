"""Typed settings: declaring, reading and checking them. The settings themselves are in config.py.

Nothing here imports Flask, so that settings can be checked before an application exists.
"""
