"""Labels and colours of the states of rounds and proposals, and of their audit actions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.rounds.states import ProposalState, RoundState

LABELS = {
    RoundState.QUEUED: _l("Waiting to start"),
    RoundState.RUNNING: _l("Running"),
    RoundState.READY: _l("Ready to look through"),
    RoundState.PUBLISHED: _l("Released"),
    RoundState.DISCARDED: _l("Discarded"),
    RoundState.FAILED: _l("Failed"),
    ProposalState.PLANNED: _l("Proposed by the round"),
    ProposalState.RESERVE: _l("Next in line"),
    ProposalState.SENT: _l("Sent to the volunteer"),
    ProposalState.LEFT_OUT: _l("Left out"),
    ProposalState.STALE: _l("No longer possible"),
}
TONES = {
    RoundState.QUEUED: "grey",
    RoundState.RUNNING: "blue",
    RoundState.READY: "yellow",
    RoundState.PUBLISHED: "green",
    RoundState.DISCARDED: "grey",
    RoundState.FAILED: "red",
    ProposalState.PLANNED: "blue",
    ProposalState.RESERVE: "grey",
    ProposalState.SENT: "green",
    ProposalState.LEFT_OUT: "grey",
    ProposalState.STALE: "red",
}
ACTIONS = {
    "round.asked": _l("asked for a matching round"),
    "round.chosen": _l("chose which proposals go out"),
    "round.downloaded": _l("downloaded the proposals of the matching round"),
    "round_proposal.stale": _l("found that a proposal is no longer possible"),
    "match_round.running": _l("began the matching round"),
    "match_round.ready": _l("finished the matching round"),
    "match_round.released": _l("released the matching round"),
    "match_round.discarded": _l("discarded the matching round"),
    "match_round.failed": _l("gave the matching round up"),
}
