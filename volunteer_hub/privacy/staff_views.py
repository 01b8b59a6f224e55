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
from volunteer_hub.privacy.data_map import DATA_MAP
from volunteer_hub.privacy.forms import GrantForm, RefuseForm, RetentionForm, as_shown
from volunteer_hub.privacy.labels import LABELS
from volunteer_hub.privacy.rules import Treat
from volunteer_hub.privacy.states import ErasureState, Kept
from volunteer_hub.privacy.wording import hurdles

bp = Blueprint("privacy_desk", __name__, url_prefix="/privacy")
Reply = Response | tuple[str, int]


@bp.get("/erasures")
@allow(Role.ADMIN)
def index() -> Reply:
    """Everybody's wishes to be erased."""
    asked = request.args.get("state", "")
    state = ErasureState(asked) if asked in set(ErasureState) else None
    found = queries.wishes(state=state, key=request.args.get("after"))
    return page("privacy/wishes.html", found=found, state=state, states=ErasureState, today=now().date())


@bp.get("/erasures/<id:wish_id>")
@allow(Role.ADMIN)
def show(wish_id: int) -> Reply:
    """One wish and what stands in its way."""
    wish = queries.get_wish(wish_id)
    history = audit_queries.history(wish)
    return page(
        "privacy/wish.html",
        wish=wish,
        hurdles=hurdles(wish.account),
        waiting=wish.state is ErasureState.ASKED,
        own=wish.account_id == viewer().account_id,
        traces=service.number_of_traces(wish.account),
        history=history,
        names=accounts.names([entry.actor_id for entry in history]),
    )


@bp.route("/erasures/<id:wish_id>/grant", methods=["GET", "POST"])
@allow(Role.ADMIN)
@sensitive
def grant(wish_id: int) -> Reply:
    """Say yes, after asking."""
    wish = queries.get_wish(wish_id)
    form = GrantForm.bind()
    if form.accepted():
        with form.refusals():
            service.grant(wish, words=form.words.data, actor=viewer(), now=now())
            return finish(
                url_for(".show", wish_id=wish_id), _("Granted. The person is erased in a week and has been told.")
            )
        wish = queries.get_wish(wish_id)
    return page("privacy/grant.html", form=form, wish=wish, cooling=rules.COOLING.days)


@bp.route("/erasures/<id:wish_id>/refuse", methods=["GET", "POST"])
@allow(Role.ADMIN)
def refuse(wish_id: int) -> Reply:
    """Say no, with the reason."""
    wish = queries.get_wish(wish_id)
    form = RefuseForm.bind()
    if form.accepted():
        with form.refusals():
            service.refuse(wish, words=form.words.data, actor=viewer(), now=now())
            return finish(url_for(".show", wish_id=wish_id), _("Refused. The person has been told why."))
        wish = queries.get_wish(wish_id)
    return page("privacy/refuse.html", form=form, wish=wish)


@bp.route("/retention", methods=["GET", "POST"])
@allow(Role.ADMIN)
@sensitive
def retention() -> Reply:
    """For how long things are kept, and what goes tonight."""
    row = as_shown(queries.retention())
    form = RetentionForm.bind(row)
    found = []
    if form.accepted():
        found = form.differences(row)
        if not found:
            with form.refusals():
                days = {kept: form[kept.value].data for kept in Kept}
                service.change_retention(days, reason=form.reason.data, actor=viewer(), now=now())
                return finish(url_for(".retention"), _("The times are saved. They count from tonight."))
    outdated = [(LABELS[kept], queries.outdated(kept, now=now())) for kept in Kept]
    status = 409 if found else 200
    return page("privacy/retention.html", form=form, found=found, outdated=outdated, status=status)


@bp.get("/data-map")
@allow(Role.ADMIN, Role.COORDINATOR)
def data_map() -> Reply:
    """Which table holds what about whom, and what an erasure leaves of it."""
    return page("privacy/data_map.html", tables=DATA_MAP, treats=Treat, personal=rules.PERSONAL)
