"""The line manager's page behind an e-mailed link. GET changes nothing, so that link scanners cannot answer."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import public
from volunteer_hub.core.clock import now
from volunteer_hub.core.http import Reply, finish, page
from volunteer_hub.core.throttle import Limit, client_network, limit_posts, path_value
from volunteer_hub.placements import queries, rules, service
from volunteer_hub.placements.forms import ManagerReleaseForm
from volunteer_hub.placements.views.base import bp


@bp.route("/release/<token>", methods=["GET", "POST"])
@public
@limit_posts(Limit("LIMIT_LINK_NETWORK", client_network), Limit("LIMIT_LINK_ADDRESS", path_value("token")))
def answer_release(token: str) -> Reply:
    """Show the question to the line manager and record the answer."""
    release = queries.get_release_by_token(token)
    form = ManagerReleaseForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            granted = form.answer.data == "given"
            service.answer_release(release, granted=granted, message=form.message.data, now=now())
            return finish(
                url_for("placements.answer_release", token=token), _("Thank you. Your answer has been passed on.")
            )
        release = queries.get_release_by_token(token)
    return page(
        "placements/release.html",
        form=form,
        release=release,
        placement=release.placement,
        waiting=rules.can_answer_release(release.state),
        over=not rules.is_planned(release.placement.state),
    )
