"""Imported files."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.imports.states import FIRST, MOVES, ImportKind, ImportState


class ImportBatch(Model):
    """One uploaded file. `rows` holds its rows as JSON until the file is imported or discarded, then None."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind] = mapped_column(choice_type(ImportKind))
    file_name: Mapped[str]
    file_hash: Mapped[str] = mapped_column(index=True)
    rows: Mapped[str | None]
    row_count: Mapped[int]
    error_count: Mapped[int]
    added_count: Mapped[int | None]
    state: Mapped[ImportState] = mapped_column(choice_type(ImportState))
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    ended_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


guard(ImportBatch.state, ImportState, MOVES, first=FIRST)
