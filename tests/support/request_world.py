"""A hospital with the people around its requests."""

from __future__ import annotations

import dataclasses

from tests.factories.accounts import viewer_of
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Viewer
from volunteer_hub.institutions.models import Institution
from volunteer_hub.programmes.models import Programme


@dataclasses.dataclass
class World:
    """A hospital in Uganda with its people, and one in Nepal with its own."""

    here: Institution
    there: Institution
    programme: Programme
    partner: Account
    director: Account
    coordinator: Account
    stranger: Account

    def viewer(self, name: str) -> Viewer:
        """Return one of these people as an actor of the service."""
        return viewer_of(getattr(self, name))
