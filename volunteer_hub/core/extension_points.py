"""Where a lower area lets upper areas take part without knowing them.

A lower area declares an `ExtensionPoint`. Each upper area registers its providers with it in its `extensions.py`, which
`volunteer_hub/areas.py` calls at start-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

Provider = TypeVar("Provider")
DECLARED: list[ExtensionPoint[object]] = []
"""Every extension point of the service, in the order of declaration; tests read it."""


class ExtensionPoint(Generic[Provider]):
    """Providers by key. `purpose` says in a few words what they are asked for."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        self._providers: dict[str, Provider] = {}
        DECLARED.append(self)  # type: ignore[arg-type]  # read only, whatever the provider is

    def register(self, key: str, provider: Provider) -> None:
        """Register a provider. The same key again replaces it: tests build several applications in one process."""
        self._providers[key] = provider

    def __getitem__(self, key: str) -> Provider:
        """Return the provider of `key`. Raises KeyError."""
        return self._providers[key]

    def get(self, key: str) -> Provider | None:
        """Return the provider of `key`, None where no area registered one."""
        return self._providers.get(key)

    def __iter__(self) -> Iterator[Provider]:
        """Iterate over the providers in the order of their registration."""
        return iter(self._providers.values())

    def items(self) -> list[tuple[str, Provider]]:
        """Return (key, provider) in the order of registration."""
        return list(self._providers.items())
