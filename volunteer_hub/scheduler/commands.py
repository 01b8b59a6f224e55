"""Placeholder."""

from flask.cli import AppGroup

scheduler = AppGroup("scheduler")
