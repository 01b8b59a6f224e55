"""Addresses of earlier releases, which stand in emails and bookmarks: each leads to the page that has taken its place."""

from __future__ import annotations

from typing import Any

from flask import Flask, redirect, request, url_for
from werkzeug.wrappers import Response

from volunteer_hub.core.access import public

ENDPOINT = "old_address"
OLD_ADDRESSES = (
    ("/account/email/asked", "accounts.check_new_mailbox"),
    ("/profile/conflicts/<id:restriction_id>/take-back", "matching.revoke_my_conflict"),
    ("/exclusions/<id:restriction_id>/lift", "matching.revoke_exclusion"),
    ("/matching/bars", "matching.restrictions"),
    ("/matching/bars/<id:restriction_id>/lift", "matching.revoke_restriction"),
    ("/overrides/<id:override_id>/lift", "matching.revoke_override"),
    ("/matching/rounds/<id:round_id>/next", "rounds.reserves"),
    ("/matching/rounds/<id:round_id>/unmet", "rounds.unfilled"),
    ("/matching/rounds/<id:round_id>/release", "rounds.publish"),
)
"""(old address, endpoint that has its place). The parts of the address are those of the endpoint."""


def init_app(app: Flask) -> None:
    """Route each old address to its new one."""
    for rule, endpoint in OLD_ADDRESSES:
        app.add_url_rule(
            rule,
            ENDPOINT,
            public(forward),
            methods=["GET", "POST"],
            defaults={"new_endpoint": endpoint},
        )


def forward(new_endpoint: str, **parts: Any) -> Response:
    """Redirect for good, with the same method and query; the new page decides who may enter."""
    query: dict[str, Any] = request.args.to_dict(flat=False)
    return redirect(url_for(new_endpoint, **parts, **query), 308)
