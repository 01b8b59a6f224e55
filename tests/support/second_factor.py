"""The page on which a second factor is set up."""

from __future__ import annotations

import re

DEVICE = "volunteer_hub_device"


def setup_form(page: str) -> dict[str, str]:
    """Return the hidden fields of the set-up page."""
    return dict(re.findall(r'name="(csrf_token|form_key|setup_token)" value="([^"]*)"', page.split("</header>")[1]))
