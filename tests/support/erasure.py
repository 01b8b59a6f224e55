"""A person who is erased, and what is theirs."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts.models import Account, SecondFactor
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.privacy import service

NAME, EMAIL = "Wilhelmina Quillfeather", "wilhelmina@quill.example.org"


def add_factor(account: Account) -> None:
    """Insert a second factor, for tests that do not sign in."""
    when = clock.now()
    db.session.add(SecondFactor(account_id=account.id, encrypted_secret="sealed", created_at=when, confirmed_at=when))
    db.session.commit()


def erase(account: Account, now: dt.datetime) -> None:
    service.erase(account, actor=None, now=now)
    db.session.commit()
