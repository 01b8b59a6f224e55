"""Secrets that we must read again are kept sealed: Fernet, under a key derived from SECRET_KEY.

Older keys in SECRET_KEY_FALLBACKS still open what they sealed, so that the key can be changed.
"""

from __future__ import annotations

import base64
import datetime as dt
import enum
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


class EncryptionPurpose(enum.StrEnum):
    """What a sealed thing is. Each has a key of its own: none opens as another."""

    SECOND_FACTOR = "second factor"
    SECOND_FACTOR_SETUP = "second factor being set up"
    RECOVERY_CODES = "fresh recovery codes"


@lru_cache(maxsize=12)
def _box(keys: tuple[str, ...], what: EncryptionPurpose) -> MultiFernet:
    info = f"volunteer hub: {what}".encode()
    derived = (HKDF(SHA256(), 32, salt=None, info=info).derive(key.encode()) for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def _keys() -> tuple[str, ...]:
    older = current_app.config["SECRET_KEY_FALLBACKS"] or ()
    return (str(current_app.secret_key), *older)


def encrypt(text: str, purpose: EncryptionPurpose, *, owner: int, now: dt.datetime) -> str:
    """`text` sealed for one account: nobody else's row can hold it."""
    return _box(_keys(), purpose).encrypt_at_time(f"{owner} {text}".encode(), int(now.timestamp())).decode()


def decrypt(
    ciphertext: str,
    purpose: EncryptionPurpose,
    *,
    owner: int,
    now: dt.datetime | None = None,
    max_age: dt.timedelta | None = None,
) -> str | None:
    """What was sealed as `what` for that account; None for anything else, or when it is older than `life`."""
    try:
        if max_age is not None and now is not None:
            opened = _box(_keys(), purpose).decrypt_at_time(
                ciphertext.encode(), int(max_age.total_seconds()), int(now.timestamp())
            )
        else:
            opened = _box(_keys(), purpose).decrypt(ciphertext.encode())
    except (InvalidToken, UnicodeEncodeError):
        return None
    whose, _space, text = opened.decode().partition(" ")
    return text if whose == str(owner) else None
