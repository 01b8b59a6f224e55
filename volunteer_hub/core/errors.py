"""Exceptions of the domain. Their message may be shown to the user who caused them."""

from __future__ import annotations


class DomainError(Exception):
    """A request that was understood and refused. `message` tells the user what to do about it.

    `message` is translated when the error is raised; a lazy text becomes a str then. `code` names the reason and stays
    when the words change: one code, one reason, one class. `field` is the name of the form field at fault, if there is
    one; `about_typed_text` says that the message is about how it was typed, like the errors of the field's own parser.
    `status` is the HTTP status.
    """

    status = 422

    def __init__(self, message: str, *, code: str, field: str | None = None, about_typed_text: bool = False) -> None:
        self.message = str(message)
        super().__init__(self.message)
        self.code = code
        self.field = field
        self.about_typed_text = about_typed_text


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
