"""The lists of a round: who is proposed, who stands next in line, what is unmet, who is idle."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.http import ROW_NUMBER, finish, page, viewer
from volunteer_hub.fit import explain, gate_advice
from volunteer_hub.matching import facts
from volunteer_hub.rounds import explain as round_explain
from volunteer_hub.rounds.forms import DiscardRoundForm
from volunteer_hub.rounds.queries import page_rows, rounds
from volunteer_hub.rounds.service import lifecycle as round_service
from volunteer_hub.rounds.states import ProposalState, RoundState

bp = Blueprint("round_results", __name__, url_prefix="/matching/rounds/<id:round_id>")
Reply = Response | tuple[str, int]
LEADS_TO = ("rounds.show", "rounds.publish", "round_results.reserves", "round_results.unfilled", "round_results.idle")
"""Pages to which the list of proposals leads with a button that keeps its ticks."""


@bp.route("/proposals", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def proposals(round_id: int) -> Reply:
    """Who is proposed to whom and why. While the round is ready, ticks say who goes out."""
    form = DiscardRoundForm.bind()
    found = rounds.get(round_id, locked=request.method == "POST")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            before, chosen = _ids("ticked"), _ids("chosen")
            touched = _ids("shown") & (before ^ chosen)  # what a colleague set meanwhile stays as it is
            round_service.select_proposals(found, listed_ids=touched, selected_ids=chosen, actor=viewer(), now=now())
            return finish(_onward(round_id), _("Saved. Nobody has been asked yet."))
        found = rounds.get(round_id)
    return page(
        "rounds/proposals.html",
        form=form,
        round=found,
        found=rounds.list_proposals(round_id, key=request.args.get("after")),
        can_choose=found.state is RoundState.READY,
        left_out=ProposalState.LEFT_OUT,
        load_reasons=round_explain.load_reasons,
        wording=explain,
    )


def _onward(round_id: int) -> str:
    """Where the pressed button leads once the ticks are kept: every way on from the page is such a button."""
    then = request.form.get("then", "")
    if then in LEADS_TO:
        return url_for(then, round_id=round_id)
    if ROW_NUMBER.fullmatch(then):
        return url_for(".proposal", round_id=round_id, proposal_id=int(then))
    after = request.form.get("next") if then == "next" else request.args.get("after")
    return url_for(".proposals", round_id=round_id, after=after)


def _ids(name: str) -> set[int]:
    """The rows' numbers that were posted under a name; what is no number is left out."""
    return {int(text) for text in request.form.getlist(name) if ROW_NUMBER.fullmatch(text) and int(text) < 2**31}


@bp.get("/proposals/<id:proposal_id>")
@allow(Role.COORDINATOR)
def proposal(round_id: int, proposal_id: int) -> Reply:
    """One pair with all its reasons, as they were when the round was run."""
    found = page_rows.get_proposal(round_id, proposal_id)
    return page(
        "rounds/proposal.html", proposal=found, fit=round_explain.load_reasons(found.score_breakdown), wording=explain
    )


@bp.get("/reserves")
@allow(Role.COORDINATOR)
def reserves(round_id: int) -> Reply:
    """Who is asked next for each request when somebody says no or does not answer."""
    found = rounds.get(round_id)
    listed = rounds.list_proposals(round_id, key=request.args.get("after"), chosen=False)
    return page("rounds/reserves.html", round=found, found=listed)


@bp.get("/unfilled")
@allow(Role.COORDINATOR)
def unfilled(round_id: int) -> Reply:
    """Requests that the round left with free seats, each with who came nearest and what stands in the way."""
    return page(
        "rounds/unfilled.html",
        round=rounds.get(round_id),
        found=rounds.list_unfilled(round_id, key=request.args.get("after")),
        explain=round_explain,
        wording=explain,
        helps=gate_advice.advise_coordinator,
    )


@bp.get("/idle")
@allow(Role.COORDINATOR)
def idle(round_id: int) -> Reply:
    """Ready volunteers for whom the round had nothing, each with the best thing to do."""
    found, today = rounds.get(round_id), now().date()
    listed = rounds.list_idle(round_id, key=request.args.get("after"), today=today)
    asked = page_rows.list_open_requests(found.programme_id, today=today) if listed.rows else []
    advice = {
        row.volunteer_id: round_explain.suggest_change(facts.volunteer_facts(row, today=today), asked, today=today)
        for row in listed.rows
    }
    return page("rounds/idle.html", round=found, found=listed, advice=advice, most=page_rows.MAX_REQUESTS_FOR_ADVICE)
