"""Encryption of secrets that must be readable again: Fernet with keys derived from SECRET_KEY.

Keys in SECRET_KEY_FALLBACKS still decrypt, so that SECRET_KEY can be rotated.
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
    """What a ciphertext is for. Each purpose has its own derived key, so none decrypts as another.

    The values go into the key derivation: changing one makes stored secrets unreadable.
    """

    SECOND_FACTOR = "second factor"
    SECOND_FACTOR_SETUP = "second factor being set up"
    RECOVERY_CODES = "fresh recovery codes"


@lru_cache(maxsize=12)
def _fernet(keys: tuple[str, ...], purpose: EncryptionPurpose) -> MultiFernet:
    info = f"volunteer hub: {purpose}".encode()
    derived = (HKDF(SHA256(), 32, salt=None, info=info).derive(key.encode()) for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def _keys() -> tuple[str, ...]:
    older = current_app.config["SECRET_KEY_FALLBACKS"] or ()
    return (str(current_app.secret_key), *older)


def encrypt(text: str, purpose: EncryptionPurpose, *, owner: int, now: dt.datetime) -> str:
    """Return `text` encrypted and bound to the account `owner`."""
    return _fernet(_keys(), purpose).encrypt_at_time(f"{owner} {text}".encode(), int(now.timestamp())).decode()


def decrypt(
    ciphertext: str,
    purpose: EncryptionPurpose,
    *,
    owner: int,
    now: dt.datetime | None = None,
    max_age: dt.timedelta | None = None,
) -> str | None:
    """Return the plaintext; None if `ciphertext` is invalid, of another purpose or owner, or older than `max_age`."""
    try:
        if max_age is not None and now is not None:
            plaintext = _fernet(_keys(), purpose).decrypt_at_time(
                ciphertext.encode(), int(max_age.total_seconds()), int(now.timestamp())
            )
        else:
            plaintext = _fernet(_keys(), purpose).decrypt(ciphertext.encode())
    except (InvalidToken, UnicodeEncodeError):
        return None
    bound_owner, _space, text = plaintext.decode().partition(" ")
    return text if bound_owner == str(owner) else None
