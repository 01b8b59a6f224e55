"""What a volunteer has come forward for, and is not decided yet."""

from __future__ import annotations

from flask import current_app, url_for
from flask_babel import gettext as _

from volunteer_hub.accounts import holdings
from volunteer_hub.accounts.holdings import Holding, Item
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Viewer, may_enter
from volunteer_hub.matching import queries

KIND, PAGE = "matches", "matches.show"


def teach() -> None:
    """Show these before an account is closed."""
    holdings.teach(KIND, _told)


def _told(account: Account, viewer: Viewer) -> list[Holding]:
    may_open = may_enter(current_app.view_functions[PAGE], viewer)
    items = [
        Item(row.title, url_for(PAGE, match_id=row.id) if may_open else None)
        for row in queries.list_waiting_titles(account.id)
    ]
    stays = _("Nobody can take these over. They stay undecided until the hospital says no or they run out.")
    return [Holding(KIND, 0, title=_("Requests that they came forward for"), items=items, stays=stays)]
