"""One exception family whose text may be shown to the person who caused it."""

from __future__ import annotations


class DomainError(Exception):
    """The request is understood and refused. `message` says what to do about it.

    `field` names the form field at fault, where there is one; `status` is the HTTP status.
    """

    status = 422

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code


class NotFound(DomainError):
    """No such row, or none that this viewer may know of: the two look the same."""

    status = 404


class StaleLink(NotFound):
    """A secret link that was used, has run out or never was: the three look the same. `code` names its kind."""


class Forbidden(DomainError):
    """The viewer may see this but may not do that."""

    status = 403


class Conflict(DomainError):
    """Somebody else was first: the state, the seat or the version is no longer what it was."""

    status = 409
