"""Placeholder."""


def listen() -> None:
    """Placeholder."""
