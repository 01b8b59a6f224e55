"""Forms of the scheduler."""

from __future__ import annotations

from volunteer_hub.core.forms import Form


class RunJobForm(Form):
    """Confirms that a job is run now; has no fields of its own."""
