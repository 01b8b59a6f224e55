"""Pages of the hosts: the queue of decisions, one match, inviting, declining."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.http import finish, page, viewer, viewer_in_role
from volunteer_hub.fit import counterfactual_text, explain
from volunteer_hub.fit.rules import CONFIDENTIAL_GATES
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import queries, score_snapshot, service
from volunteer_hub.matching.forms import DeclineVolunteerForm, InviteVolunteerForm
from volunteer_hub.vocabulary import queries as vocabulary

bp = Blueprint("matches", __name__)
Reply = Response | tuple[str, int]
HOSTS = (Role.DIRECTOR, Role.PARTNER, Role.COORDINATOR)


@bp.get("/approvals")
@allow(Role.DIRECTOR, Role.COORDINATOR)
def queue() -> Reply:
    """Matches that await a decision, the most pressing first; with `?late=1` those past their date alone."""
    late = request.args.get("late") == "1"
    found = queries.list_queue(
        viewer_in_role(), key=request.args.get("after"), today=now().date(), late_at=now() if late else None
    )
    return page("matching/queue.html", found=found, instant=now(), decides=viewer().has(Role.DIRECTOR), late=late)


@bp.get("/matches/<id:match_id>")
@allow(*HOSTS)
def show(match_id: int) -> Reply:
    """One match as its hosts see it, with everything that was said and done."""
    today = now().date()
    found = queries.get_for_host(viewer(), match_id, *HOSTS)
    shares = shares_data(found.request.institution_id, today=today)
    history = audit_queries.list_history(found)
    candidate = queries.get_candidate(found, today=today) if shares else None
    apart = candidate is not None and any(closed.gate in CONFIDENTIAL_GATES for closed in candidate.fit.failed_gates)
    waiting = service.is_waiting(found)
    return page(
        "matching/match.html",
        match=found,
        shares=shares,
        candidate=candidate,
        decides=queries.is_director_for(viewer(), found.request) and found.state.value == "accepted" and not apart,
        may_decline=waiting and viewer().has(Role.DIRECTOR, Role.PARTNER),
        can_exclude=service.can_exclude(found, viewer()) and not apart,
        may_set_by_hand=viewer().has(Role.COORDINATOR),
        kept_apart=apart and waiting,
        stored=score_snapshot.load_snapshot(found),
        steps=queries.list_counterfactuals(candidate.fit, today=today) if candidate and waiting else (),
        counterfactual_text=counterfactual_text,
        history=history,
        names=accounts.names_by_id([entry.actor_id for entry in history]) if shares else {},
        vocabulary=vocabulary,
        wording=explain,
    )


@bp.route("/requests/<id:request_id>/invite/<id:volunteer_id>", methods=["GET", "POST"])
@allow(Role.DIRECTOR)
def invite(request_id: int, volunteer_id: int) -> Reply:
    """Invite a volunteer with words."""
    asked_for = queries.get_request_for_host(viewer(), request_id)
    today = now().date()
    asked = queries.get_request_facts(request_id, today=today)
    if not shares_data(asked_for.institution_id, today=today) or not queries.is_director_for(viewer(), asked_for):
        raise NotFound(_("There is no such volunteer."))
    form = InviteVolunteerForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.invite(asked_for, volunteer_id, message=form.message.data, actor=viewer(), now=now())
            return finish(url_for("approvals.candidates", request_id=request_id), _("The invitation is on its way."))
        asked_for = queries.get_request_for_host(viewer(), request_id)
    chosen = queries.find_invitable(volunteer_id, asked, today=today)
    if chosen is None:
        raise NotFound(_("There is no such volunteer to invite."))
    return page(
        "matching/invite.html",
        form=form,
        asked_for=asked_for,
        candidate=chosen,
        steps=queries.list_counterfactuals(chosen.fit, today=today),
        counterfactual_text=counterfactual_text,
        vocabulary=vocabulary,
        wording=explain,
    )


@bp.route("/matches/<id:match_id>/decline", methods=["GET", "POST"])
@allow(Role.DIRECTOR, Role.PARTNER)
def decline(match_id: int) -> Reply:
    """Decline a volunteer with a reason and words."""
    found = queries.get_for_host(viewer(), match_id, Role.DIRECTOR, Role.PARTNER)
    form = DeclineVolunteerForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.decline(found, reason=form.reason.data, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for("approvals.candidates", request_id=found.request_id),
                _("The volunteer has been told, with your words."),
            )
        found = queries.get_for_host(viewer(), match_id, Role.DIRECTOR, Role.PARTNER)
    shares = shares_data(found.request.institution_id, today=now().date())
    return page("matching/decline.html", form=form, match=found, shares=shares)
