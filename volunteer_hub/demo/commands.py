"""Placeholder."""

from flask.cli import AppGroup

demo = AppGroup("demo")
