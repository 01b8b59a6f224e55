"""Pages of the hosts: the queue of decisions, one match, inviting, declining."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.http import Reply, finish, page, viewer, viewer_in_role
from volunteer_hub.core.query_values import query_values
from volunteer_hub.fit import counterfactual_text, explain
from volunteer_hub.fit.rules import CONFIDENTIAL_GATES
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import queries, rules, score_snapshot, service
from volunteer_hub.matching.forms import DeclineVolunteerForm, InviteVolunteerForm
from volunteer_hub.matching.views.base import bp
from volunteer_hub.vocabulary import queries as vocabulary

HOSTS = (Role.DIRECTOR, Role.PARTNER, Role.COORDINATOR)


@bp.get("/approvals")
@allow(Role.DIRECTOR, Role.COORDINATOR)
def approval_queue() -> Reply:
    """Matches that await a decision, most urgent first; with `?late=1` only the overdue ones."""
    late_only = query_values().is_set("late")
    matches_page = queries.list_queue(
        viewer_in_role(), key=query_values().page_key, today=today_for(), late_at=now() if late_only else None
    )
    return page(
        "matching/queue.html",
        matches_page=matches_page,
        instant=now(),
        decides=viewer().has(Role.DIRECTOR),
        late_only=late_only,
    )


@bp.get("/matches/<id:match_id>")
@allow(*HOSTS)
def match(match_id: int) -> Reply:
    """One match as its hosts see it, with its messages and its history."""
    today = today_for()
    match = queries.get_for_host(viewer(), match_id, *HOSTS)
    shares = shares_data(match.request.institution_id, today=today)
    history = audit_queries.list_history(match)
    candidate = queries.get_candidate(match, today=today) if shares else None
    is_confidentially_blocked = candidate is not None and any(
        failed.gate in CONFIDENTIAL_GATES for failed in candidate.fit.failed_gates
    )
    waiting = service.is_waiting(match)
    return page(
        "matching/match.html",
        match=match,
        shares=shares,
        candidate=candidate,
        decides=queries.is_director_for(viewer(), match.request)
        and rules.can_decide(match.state)
        and not is_confidentially_blocked,
        may_decline=waiting and viewer().has(Role.DIRECTOR, Role.PARTNER),
        can_exclude=service.can_exclude(match, viewer()) and not is_confidentially_blocked,
        may_set_by_hand=viewer().has(Role.COORDINATOR),
        is_blocked_while_waiting=is_confidentially_blocked and waiting,
        snapshot=score_snapshot.load_snapshot(match),
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
    """Invite a volunteer with a message."""
    partner_request = queries.get_request_for_host(viewer(), request_id)
    today = today_for()
    request_facts = queries.get_request_facts(request_id, today=today)
    if not shares_data(partner_request.institution_id, today=today) or not queries.is_director_for(
        viewer(), partner_request
    ):
        raise NotFound(_("There is no such volunteer."), code="volunteer_not_found")
    form = InviteVolunteerForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.invite(partner_request, volunteer_id, message=form.message.data, actor=viewer(), now=now())
            return finish(url_for("placements.candidates", request_id=request_id), _("The invitation is on its way."))
        partner_request = queries.get_request_for_host(viewer(), request_id)
    candidate = queries.find_invitable(volunteer_id, request_facts, today=today)
    if candidate is None:
        raise NotFound(_("There is no such volunteer to invite."), code="invitable_volunteer_not_found")
    return page(
        "matching/invite.html",
        form=form,
        partner_request=partner_request,
        candidate=candidate,
        steps=queries.list_counterfactuals(candidate.fit, today=today),
        counterfactual_text=counterfactual_text,
        vocabulary=vocabulary,
        wording=explain,
    )


@bp.route("/matches/<id:match_id>/decline", methods=["GET", "POST"])
@allow(Role.DIRECTOR, Role.PARTNER)
def decline(match_id: int) -> Reply:
    """Decline a volunteer with a reason and a message."""
    match = queries.get_for_host(viewer(), match_id, Role.DIRECTOR, Role.PARTNER)
    form = DeclineVolunteerForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.decline(match, reason=form.reason.data, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for("placements.candidates", request_id=match.request_id),
                _("The volunteer has been told, with your words."),
            )
        match = queries.get_for_host(viewer(), match_id, Role.DIRECTOR, Role.PARTNER)
    shares = shares_data(match.request.institution_id, today=today_for())
    return page("matching/decline.html", form=form, match=match, shares=shares)
