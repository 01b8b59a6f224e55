"""Exceptions of the domain. Their message may be shown to the user who caused them."""

from __future__ import annotations


class DomainError(Exception):
    """A request that was understood and refused. `message` tells the user what to do about it.

    `field` is the name of the form field at fault, if there is one; `code` a stable identifier of the reason;
    `status` the HTTP status.
    """

    status = 422

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code


class NotFound(DomainError):
    """The row does not exist or is outside the viewer's scope; the two are indistinguishable."""

    status = 404


class StaleLink(NotFound):
    """A secret link that was used, has expired or never existed; indistinguishable. `code` is its purpose."""


class Forbidden(DomainError):
    """The viewer may see the row but not perform the action."""

    status = 403


class Conflict(DomainError):
    """A concurrent change came first: the state, the seat or the version is no longer the expected one."""

    status = 409
