"""The guard at the edge: every free text of a posted form is looked over before anything is done with it.

What stops is an error of its field. What only warns comes back with a tick; the tick counts for the very
words that were warned of and for nothing else. Nothing here logs a text, and none is kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request

from volunteer_hub.core.db import db
from volunteer_hub.patient_check.kinds import IdentifierMatch, Severity
from volunteer_hub.patient_check.rules import find_identifiers
from volunteer_hub.patient_data.labels import advice
from volunteer_hub.patient_data.models import PatientDataWarning

ACK_FIELD, ACK_TOKEN_FIELD = "no_patient_data", "patient_data_seen"
STOPS_ONLY = "stops"


@dataclass(frozen=True)
class TextWarning:
    """What somebody is to read again: a seal over the words, and whether they said that they did."""

    digest: str
    is_acknowledged: bool


def screen(form: Any) -> TextWarning | None:
    """Put an error at each field whose text gives a patient away, or could. Gives the warning, if there is one."""
    looked = {field.name: (field, _found(field)) for field in form if _is_free_text(field)}
    for field, found in looked.values():
        _refuse(field, [one for one in found if one.severity is Severity.STOP])
    doubtful = {name: found for name, (_field, found) in looked.items() if found and not _stops(found)}
    if not doubtful:
        return None
    warned = _warned({name: form[name].data for name in doubtful})
    for name, found in doubtful.items():
        if warned.is_acknowledged:
            _passed()[name] = "|".join(sorted({one.code for one in found}))
        else:
            _refuse(form[name], found)
    return warned


def _is_free_text(field: Any) -> bool:
    return bool(getattr(field, "guarded", False) and isinstance(field.data, str))


def _found(field: Any) -> list[IdentifierMatch]:
    """What counts in this field: where a name is asked for, a name is no warning."""
    found = find_identifiers(field.data)
    return [one for one in found if one.severity is Severity.STOP] if field.guarded == STOPS_ONLY else found


def _stops(found: list[IdentifierMatch]) -> bool:
    return any(one.severity is Severity.STOP for one in found)


def _refuse(field: Any, found: list[IdentifierMatch]) -> None:
    if found:
        message = advice(found[0])
        field.errors = [*field.errors, message]
        field.process_errors = [*field.process_errors, message]  # the summary then names the field


def _warned(texts: Mapping[str, str]) -> TextWarning:
    """The seal over these words on this page, and whether the tick came with the same seal."""
    content = "\x1e".join(["patient data", request.path, *(f"{name}={text}" for name, text in sorted(texts.items()))])
    digest = hmac.new(str(current_app.secret_key).encode(), content.encode(), hashlib.sha256).hexdigest()
    same = hmac.compare_digest(request.form.get(ACK_TOKEN_FIELD, "").encode("utf-8", "replace"), digest.encode())
    return TextWarning(digest, same and request.form.get(ACK_FIELD) == "yes")


def _passed() -> dict[str, str]:
    """Codes by field that the person behind this request went past; kept if the act is."""
    kept: dict[str, str] = g.setdefault("patient_data_passed", {})
    return kept


def record_acknowledged(*, account_id: int | None, now: dt.datetime) -> None:
    """Keep that somebody went past a warning, in the transaction of what they sent. Never the text."""
    for field, reasons in g.pop("patient_data_passed", {}).items():
        db.session.add(PatientDataWarning(at=now, account_id=account_id, path=_path(), field=field, reasons=reasons))


def _path() -> str:
    """Where it was sent, without the secret that some links carry."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(str(token), "…") if token else request.path
