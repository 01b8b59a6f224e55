"""What refers to an institution. The areas above register what they know of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, url_for

from volunteer_hub.core.access import Viewer, may_enter
from volunteer_hub.core.db import db
from volunteer_hub.core.extension_points import ExtensionPoint


@dataclass(frozen=True)
class InstitutionReferences:
    """How many rows of one kind refer to an institution, and where a viewer may list them."""

    label: Any
    count: int
    url: str | None = None


@dataclass(frozen=True)
class InstitutionReferenceProvider:
    """How one kind of reference is counted.

    `count` returns a scalar subquery for an institution's id; `page` is the endpoint that lists the rows by
    `?institution=`; `on_renamed` is called with the id when the institution's name or town has changed.
    """

    label: Any
    count: Callable[[int], sa.ScalarSelect[int]]
    page: str
    on_renamed: Callable[[int], None] | None = None


INSTITUTION_REFERENCES: ExtensionPoint[InstitutionReferenceProvider] = ExtensionPoint("what refers to an institution")
"""Providers by kind of row."""


def count_references(institution_id: int, viewer: Viewer) -> list[InstitutionReferences]:
    """Count each kind of reference to an institution, all in one query."""
    providers = list(INSTITUTION_REFERENCES)
    counts = db.session.execute(sa.select(*(provider.count(institution_id) for provider in providers))).one()
    return [
        InstitutionReferences(provider.label, count, _list_url(provider, institution_id, viewer) if count else None)
        for provider, count in zip(providers, counts, strict=True)
    ]


def _list_url(provider: InstitutionReferenceProvider, institution_id: int, viewer: Viewer) -> str | None:
    may_open = may_enter(current_app.view_functions[provider.page], viewer)
    return url_for(provider.page, institution=institution_id) if may_open else None


def notify_renamed(institution_id: int) -> None:
    """Tell everything that refers to an institution that its name or town has changed."""
    for provider in INSTITUTION_REFERENCES:
        if provider.on_renamed:
            provider.on_renamed(institution_id)
