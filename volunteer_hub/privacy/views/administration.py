"""Administrators' pages: erasure requests, retention periods, the data map."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow, sensitive
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.privacy import queries, rules, service
from volunteer_hub.privacy.blockers import describe_blockers
from volunteer_hub.privacy.data_map import DATA_MAP
from volunteer_hub.privacy.forms import GrantErasureForm, RefuseErasureForm, RetentionForm, retention_form_values
from volunteer_hub.privacy.labels import LABELS
from volunteer_hub.privacy.states import ErasureState, RetentionCategory
from volunteer_hub.privacy.views.base import bp


@bp.get("/privacy/erasures")
@allow(Role.ADMIN)
def erasure_requests() -> Reply:
    """List erasure requests, the newest first, by state."""
    state = query_values().choice("state", ErasureState)
    requests = queries.list_erasure_requests(state=state, key=query_values().page_key)
    return page("privacy/erasure_requests.html", requests=requests, state=state, states=ErasureState, today=today_for())


@bp.get("/privacy/erasures/<id:erasure_request_id>")
@allow(Role.ADMIN)
def erasure_request(erasure_request_id: int) -> Reply:
    """Show one erasure request and what blocks it."""
    erasure_request = queries.get_erasure_request(erasure_request_id)
    history = audit_queries.list_history(erasure_request)
    return page(
        "privacy/erasure_request.html",
        erasure_request=erasure_request,
        blockers=describe_blockers(erasure_request.account),
        is_undecided=rules.is_undecided(erasure_request.state),
        is_own=erasure_request.account_id == viewer().account_id,
        mentions=service.count_mentions(erasure_request.account),
        history=history,
        names=accounts.names_by_id([entry.actor_id for entry in history]),
    )


@bp.route("/privacy/erasures/<id:erasure_request_id>/grant", methods=["GET", "POST"])
@allow(Role.ADMIN)
@sensitive
def grant_erasure(erasure_request_id: int) -> Reply:
    """Grant an erasure request, after a confirmation page."""
    erasure_request = queries.get_erasure_request(erasure_request_id)
    form = GrantErasureForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.grant_request(erasure_request, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for("privacy.erasure_request", erasure_request_id=erasure_request_id),
                _("Granted. The person is erased in a week and has been told."),
            )
        erasure_request = queries.get_erasure_request(erasure_request_id)
    return page(
        "privacy/grant.html", form=form, erasure_request=erasure_request, cooling_off_days=rules.COOLING_OFF_PERIOD.days
    )


@bp.route("/privacy/erasures/<id:erasure_request_id>/refuse", methods=["GET", "POST"])
@allow(Role.ADMIN)
def refuse_erasure(erasure_request_id: int) -> Reply:
    """Refuse an erasure request with a reason."""
    erasure_request = queries.get_erasure_request(erasure_request_id)
    form = RefuseErasureForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.refuse_request(erasure_request, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for("privacy.erasure_request", erasure_request_id=erasure_request_id),
                _("Refused. The person has been told why."),
            )
        erasure_request = queries.get_erasure_request(erasure_request_id)
    return page("privacy/refuse.html", form=form, erasure_request=erasure_request)


@bp.route("/privacy/retention", methods=["GET", "POST"])
@allow(Role.ADMIN)
@sensitive
def retention() -> Reply:
    """Show and set the retention periods, with what the next purge would remove."""
    row = retention_form_values(queries.keep_days_by_category())
    form = RetentionForm.bind(row)
    conflicts = []
    if form.validate_on_submit():
        conflicts = form.differences(row)
        if not conflicts:
            with form.catch_domain_errors():
                days = {category: form[category.value].data for category in RetentionCategory}
                service.change_retention(days, reason=form.reason.data, actor=viewer(), now=now())
                return finish(url_for("privacy.retention"), _("The times are saved. They count from tonight."))
    expired = [(LABELS[category], queries.count_expired(category, now=now())) for category in RetentionCategory]
    status = 409 if conflicts else 200
    return page("privacy/retention.html", form=form, conflicts=conflicts, expired=expired, status=status)


@bp.get("/privacy/data-map")
@allow(Role.ADMIN, Role.COORDINATOR)
def data_map() -> Reply:
    """Show the data map: which columns hold personal data about whom, and what an erasure does with them."""
    return page("privacy/data_map.html", tables=DATA_MAP, erased_classes=rules.ERASED_CLASSES)
