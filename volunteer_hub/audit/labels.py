"""Labels of actions on the audit log itself."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

LABELS: dict[Any, Any] = {}
TONES: dict[Any, str] = {}
ACTIONS = {"audit.exported": _l("exported entries of the audit trail")}
