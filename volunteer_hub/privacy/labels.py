"""Words and colours of this area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.privacy.states import ErasureState, Kept

LABELS = {
    ErasureState.ASKED: _l("Asked for"),
    ErasureState.GRANTED: _l("Granted"),
    ErasureState.DONE: _l("Erased"),
    ErasureState.REFUSED: _l("Refused"),
    ErasureState.WITHDRAWN: _l("Withdrawn"),
    Kept.PEOPLE: _l("People after their last placement"),
    Kept.EMAILS: _l("Texts of sent e-mails"),
    Kept.SESSIONS: _l("Sign-ins that have ended"),
    Kept.JOB_RUNS: _l("Runs of jobs"),
    Kept.IMPORTS: _l("Files that were imported"),
}
TONES = {
    ErasureState.ASKED: "yellow",
    ErasureState.GRANTED: "blue",
    ErasureState.DONE: "green",
    ErasureState.REFUSED: "red",
    ErasureState.WITHDRAWN: "grey",
}
ACTIONS: dict[str, str] = {}
