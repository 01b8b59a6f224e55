"""Pages for those who answer for privacy: wishes to be erased, retention, the data map."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.privacy import queries, rules, service
from volunteer_hub.privacy.blockers import describe_blockers
from volunteer_hub.privacy.data_map import DATA_MAP
from volunteer_hub.privacy.forms import GrantErasureForm, RefuseErasureForm, RetentionForm, retention_form_values
from volunteer_hub.privacy.labels import LABELS
from volunteer_hub.privacy.rules import DataClass
from volunteer_hub.privacy.states import ErasureState, RetentionCategory

bp = Blueprint("privacy_desk", __name__, url_prefix="/privacy")
Reply = Response | tuple[str, int]


@bp.get("/erasures")
@allow(Role.ADMIN)
def index() -> Reply:
    """Everybody's wishes to be erased."""
    asked = request.args.get("state", "")
    state = ErasureState(asked) if asked in set(ErasureState) else None
    found = queries.list_erasure_requests(state=state, key=request.args.get("after"))
    return page("privacy/erasure_requests.html", found=found, state=state, states=ErasureState, today=now().date())


@bp.get("/erasures/<id:erasure_request_id>")
@allow(Role.ADMIN)
def show(erasure_request_id: int) -> Reply:
    """One wish and what stands in its way."""
    wish = queries.get_erasure_request(erasure_request_id)
    history = audit_queries.history(wish)
    return page(
        "privacy/erasure_request.html",
        wish=wish,
        hurdles=describe_blockers(wish.account),
        waiting=wish.state is ErasureState.REQUESTED,
        own=wish.account_id == viewer().account_id,
        traces=service.count_mentions(wish.account),
        history=history,
        names=accounts.names_by_id([entry.actor_id for entry in history]),
    )


@bp.route("/erasures/<id:erasure_request_id>/grant", methods=["GET", "POST"])
@allow(Role.ADMIN)
@sensitive
def grant(erasure_request_id: int) -> Reply:
    """Say yes, after asking."""
    wish = queries.get_erasure_request(erasure_request_id)
    form = GrantErasureForm.bind()
    if form.accepted():
        with form.refusals():
            service.grant_request(wish, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for(".show", erasure_request_id=erasure_request_id),
                _("Granted. The person is erased in a week and has been told."),
            )
        wish = queries.get_erasure_request(erasure_request_id)
    return page("privacy/grant.html", form=form, wish=wish, cooling=rules.COOLING_OFF_PERIOD.days)


@bp.route("/erasures/<id:erasure_request_id>/refuse", methods=["GET", "POST"])
@allow(Role.ADMIN)
def refuse(erasure_request_id: int) -> Reply:
    """Say no, with the reason."""
    wish = queries.get_erasure_request(erasure_request_id)
    form = RefuseErasureForm.bind()
    if form.accepted():
        with form.refusals():
            service.refuse_request(wish, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for(".show", erasure_request_id=erasure_request_id), _("Refused. The person has been told why.")
            )
        wish = queries.get_erasure_request(erasure_request_id)
    return page("privacy/refuse.html", form=form, wish=wish)


@bp.route("/retention", methods=["GET", "POST"])
@allow(Role.ADMIN)
@sensitive
def retention() -> Reply:
    """For how long things are kept, and what goes tonight."""
    row = retention_form_values(queries.keep_days_by_category())
    form = RetentionForm.bind(row)
    found = []
    if form.accepted():
        found = form.differences(row)
        if not found:
            with form.refusals():
                days = {kept: form[kept.value].data for kept in RetentionCategory}
                service.change_retention(days, reason=form.reason.data, actor=viewer(), now=now())
                return finish(url_for(".retention"), _("The times are saved. They count from tonight."))
    outdated = [(LABELS[kept], queries.count_expired(kept, now=now())) for kept in RetentionCategory]
    status = 409 if found else 200
    return page("privacy/retention.html", form=form, found=found, outdated=outdated, status=status)


@bp.get("/data-map")
@allow(Role.ADMIN, Role.COORDINATOR)
def data_map() -> Reply:
    """Which table holds what about whom, and what an erasure leaves of it."""
    return page("privacy/data_map.html", tables=DATA_MAP, treats=DataClass, personal=rules.ERASED_CLASSES)
