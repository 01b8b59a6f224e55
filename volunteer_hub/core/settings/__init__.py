"""Typed settings: how one is declared, read and judged. The settings themselves stand in config.py.

Nothing here imports Flask, so that settings can be read and checked before there is an application.
"""
