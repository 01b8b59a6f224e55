"""Placeholder values for email templates, so that an email can be previewed without a row to write about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

TEXT_EXAMPLES = {
    "request.title": "Hand hygiene on two wards",
    "title": "Hand hygiene on two wards",
    "institution.name": "Example Hospital",
    "institution.town": "Exampletown",
    "place": "Example Hospital",
    "account.name": "Ann Example",
    "director.name": "Dora Example",
    "name": "Ann Example",
    "sender": "Dora Example",
    "inviter": "Dora Example",
    "principal": "Dora Example",
    "checker": "Cora Example",
    "role": "Overseas Director",
    "service_name": "Virtual Volunteers",
}
FILTER_EXAMPLES = {
    "day": "27 Mar 2027",
    "moment": "27 Mar 2027, 18:00 London",
    "hours": "2 hours",
    "weeks": "8 weeks",
    "money": "£50.00",
    "age": "2 days",
    "length": 2,
}


class PreviewValue:
    """A value that supports whatever a template does with it; printed, it is an example or its own name in brackets.

    `usual` is its truth value, so that both branches of a template can be previewed.
    """

    def __init__(self, path: tuple[str, ...], *, usual: bool = True) -> None:
        self._path, self._usual = path, usual

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return PreviewValue((*self._path, name), usual=self._usual)

    def __getitem__(self, key: Any) -> PreviewValue:
        return PreviewValue((*self._path, str(key)), usual=self._usual)

    def __call__(self, *_args: Any, **_values: Any) -> PreviewValue:
        return self

    def __bool__(self) -> bool:
        return self._usual

    def __eq__(self, other: object) -> bool:
        return self._usual

    def __hash__(self) -> int:
        return hash(self._path)

    def __lt__(self, other: Any) -> bool:
        return self._usual

    __le__ = __gt__ = __ge__ = __lt__

    def __iter__(self) -> Iterator[PreviewValue]:
        return iter([PreviewValue((self._path[-1],), usual=True)] if self._usual else [])

    def __len__(self) -> int:
        return 1 if self._usual else 0

    def __str__(self) -> str:
        for name in (".".join(self._path[-2:]), self._path[-1]):
            if name in TEXT_EXAMPLES:
                return TEXT_EXAMPLES[name]
        return "[" + " ".join(self._path).replace("_", " ") + "]"


def example_of_filter(name: str, value: Any) -> Any:
    """Return a filter's output for a PreviewValue: an example, or the value unchanged."""
    if name in FILTER_EXAMPLES:
        return FILTER_EXAMPLES[name]
    return f"[{_('words for %(what)s', what=str(value).strip('[]'))}]" if name == "label" else value
