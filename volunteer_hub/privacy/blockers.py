"""Texts and links for what blocks an erasure."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from volunteer_hub.accounts.models import Account
from volunteer_hub.privacy import queries


def describe_blockers(account: Account) -> list[tuple[str, str | None]]:
    """Return (text, URL or None) of each kind of work that must end or be handed over before an erasure."""
    return [(_text(kind, number), _url(kind, row_id)) for kind, row_id, number in queries.list_blockers(account)]


def _text(kind: str, number: int) -> str:
    return {
        "placement": ngettext("%(num)s placement is at work", "%(num)s placements are at work", number),
        "match": ngettext("%(num)s match waits for an answer", "%(num)s matches wait for an answer", number),
        "directs": ngettext(
            "%(num)s placement has a Director in you", "%(num)s placements have a Director in you", number
        ),
        "request": ngettext("%(num)s request of yours is alive", "%(num)s requests of yours are alive", number),
        "last_admin": _("Nobody else is an administrator"),
    }[kind]


def _url(kind: str, row_id: int) -> str | None:
    return {
        "placement": url_for("placements.show", placement_id=row_id),
        "match": url_for("matching.decline_or_withdraw", match_id=row_id),
        "directs": url_for("placements.show", placement_id=row_id),
        "request": url_for("partner_requests.show", request_id=row_id),
    }.get(kind)
