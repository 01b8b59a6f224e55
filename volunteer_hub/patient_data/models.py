"""Acknowledged warnings, without the text."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Model


class PatientDataWarning(Model):
    """A warning whose author confirmed that no patient can be recognised. `reasons` holds codes, separated by `|`."""

    __tablename__ = "patient_data_warning"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(index=True)
    path: Mapped[str]
    field: Mapped[str]
    reasons: Mapped[str]
