"""Forms of the scheduler."""

from __future__ import annotations

from volunteer_hub.core.forms import Form


class RunJobForm(Form):
    """A confirmation that asks nothing."""
