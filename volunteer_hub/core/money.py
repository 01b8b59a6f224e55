"""Money as an integer number of minor units and a currency. Never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError

PLAIN_AMOUNT = re.compile(r"(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.[0-9]{1,3})?")
MAX_MINOR = 10**14


def precision(currency: str) -> int:
    """Return the number of decimal places of a currency: 2 for GBP, 0 for UGX."""
    return get_currency_precision(currency)


@dataclass(frozen=True, order=True)
class Money:
    """`minor` units (pence, cents, whole shillings) of `currency` (ISO 4217)."""

    minor: int
    currency: str

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-precision(self.currency))

    def format(self, locale: str = "en") -> str:
        """Return the amount formatted for `locale`, with its currency."""
        return format_currency(self.major, self.currency, locale=locale)


def parse(text: str, currency: str, *, field: str | None = None) -> Money:
    """Parse a typed amount: ASCII digits, an optional decimal point, optional thousands commas.

    Raises DomainError for anything else (`1e3`, `NaN`, full-width digits, too many decimal places).
    """
    plain = text.strip()
    if not PLAIN_AMOUNT.fullmatch(plain):
        raise DomainError(
            _("Enter an amount in figures, like 250, 250.00 or 1,250.00"),
            field=field,
            code="amount_not_in_figures",
            about_typed_text=True,
        )
    amount = Decimal(plain.replace(",", "")).scaleb(precision(currency))
    if amount != amount.to_integral_value():
        raise DomainError(
            _("%(currency)s has %(places)s decimal places", currency=currency, places=precision(currency)),
            field=field,
            code="amount_too_precise",
            about_typed_text=True,
        )
    if amount > MAX_MINOR:
        raise DomainError(_("The amount is too large"), field=field, code="amount_too_large", about_typed_text=True)
    return Money(int(amount), currency)
