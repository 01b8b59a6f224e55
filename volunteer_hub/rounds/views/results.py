"""The lists of a round: proposals, reserves, unfilled requests, volunteers without a proposal."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import parse_row_id, query_values
from volunteer_hub.fit import explain, gate_advice
from volunteer_hub.matching import facts
from volunteer_hub.rounds import explain as round_explain
from volunteer_hub.rounds import rules
from volunteer_hub.rounds.queries import page_rows, rounds
from volunteer_hub.rounds.service import lifecycle as round_service
from volunteer_hub.rounds.views.base import bp

FOLLOWING_ENDPOINTS = (
    "rounds.show",
    "rounds.publish",
    "rounds.reserves",
    "rounds.unfilled",
    "rounds.idle",
)
"""Pages to which the list of proposals leads with a submit button, so that its selection is saved first."""


@bp.route("/matching/rounds/<id:round_id>/proposals", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def proposals(round_id: int) -> Reply:
    """Show the proposals with their reasons. While the round is ready, select which ones are to be published."""
    form = ConfirmForm.bind()
    round_ = rounds.get(round_id, locked=request.method == "POST")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            previously_selected, selected = _parse_posted_ids("ticked"), _parse_posted_ids("chosen")
            # Change only what this coordinator changed on the page: another one may have changed the rest meanwhile.
            changed = _parse_posted_ids("shown") & (previously_selected ^ selected)
            round_service.select_proposals(round_, listed_ids=changed, selected_ids=selected, actor=viewer(), now=now())
            return finish(_next_url(round_id), _("Saved. Nobody has been asked yet."))
        round_ = rounds.get(round_id)
    return page(
        "rounds/proposals.html",
        form=form,
        round=round_,
        listed=rounds.list_proposals(round_id, key=query_values().page_key),
        can_choose=rules.can_publish(round_.state),
        is_left_out=rules.is_left_out,
        load_reasons=round_explain.load_reasons,
        wording=explain,
    )


def _next_url(round_id: int) -> str:
    """Return the address that the pressed button leads to after saving: every link on the page is a submit button."""
    then = request.form.get("then", "")
    if then in FOLLOWING_ENDPOINTS:
        return url_for(then, round_id=round_id)
    if proposal_id := parse_row_id(then):
        return url_for("rounds.proposal", round_id=round_id, proposal_id=proposal_id)
    after = request.form.get("next") if then == "next" else query_values().page_key
    return url_for("rounds.proposals", round_id=round_id, after=after)


def _parse_posted_ids(name: str) -> set[int]:
    """Return the row ids posted under a field name; other values are ignored."""
    return {row_id for text in request.form.getlist(name) if (row_id := parse_row_id(text))}


@bp.get("/matching/rounds/<id:round_id>/proposals/<id:proposal_id>")
@allow(Role.COORDINATOR)
def proposal(round_id: int, proposal_id: int) -> Reply:
    """Show one proposal with all its reasons as of the round."""
    proposal_ = page_rows.get_proposal(round_id, proposal_id)
    return page(
        "rounds/proposal.html",
        proposal=proposal_,
        fit=round_explain.load_reasons(proposal_.score_breakdown),
        wording=explain,
    )


@bp.get("/matching/rounds/<id:round_id>/reserves")
@allow(Role.COORDINATOR)
def reserves(round_id: int) -> Reply:
    """List the reserves, who are asked when a volunteer declines or does not answer."""
    round_ = rounds.get(round_id)
    listed = rounds.list_proposals(round_id, key=query_values().page_key, chosen=False)
    return page("rounds/reserves.html", round=round_, listed=listed)


@bp.get("/matching/rounds/<id:round_id>/unfilled")
@allow(Role.COORDINATOR)
def unfilled(round_id: int) -> Reply:
    """List the requests with unfilled seats, each with the nearest volunteer and the failed gates."""
    return page(
        "rounds/unfilled.html",
        round=rounds.get(round_id),
        listed=rounds.list_unfilled(round_id, key=query_values().page_key),
        round_explain=round_explain,
        wording=explain,
        advise=gate_advice.advise_coordinator,
    )


@bp.get("/matching/rounds/<id:round_id>/idle")
@allow(Role.COORDINATOR)
def idle(round_id: int) -> Reply:
    """List ready volunteers without a proposal, each with the most useful change."""
    round_, today = rounds.get(round_id), today_for()
    listed = rounds.list_idle(round_id, key=query_values().page_key, today=today)
    open_requests = page_rows.list_open_requests(round_.programme_id, today=today) if listed.rows else []
    advice = {
        row.volunteer_id: round_explain.suggest_change(
            facts.volunteer_facts(row, today=today), open_requests, today=today
        )
        for row in listed.rows
    }
    return page(
        "rounds/idle.html", round=round_, listed=listed, advice=advice, max_requests=page_rows.MAX_REQUESTS_FOR_ADVICE
    )
