"""Pages about one's own data: showing and downloading it, requesting erasure."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import allow, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, download, finish, page, viewer
from volunteer_hub.privacy import queries, rules, service
from volunteer_hub.privacy.blockers import describe_blockers
from volunteer_hub.privacy.forms import RequestErasureForm
from volunteer_hub.privacy.labels import RETENTION_REASONS, TABLE_LABELS
from volunteer_hub.privacy.views.base import bp

ROWS_SHOWN_PER_TABLE = 5


@bp.route("/account/my-data", methods=["GET", "POST"])
@allow()
@sensitive
def my_data() -> Reply:
    """Show the data that is kept about the viewer; a POST downloads all of it as one file."""
    account = queries.get_account(viewer().account_id)
    if ConfirmForm.bind().validate_on_submit():
        content = service.export_personal_data(account, actor=viewer(), now=now())
        return download(content, f"my-data-{now():%Y-%m-%d}.json", mimetype="application/json")
    return page(
        "privacy/my_data.html",
        tables=queries.list_rows_about(account.id),
        titles=TABLE_LABELS,
        max_rows=ROWS_SHOWN_PER_TABLE,
    )


@bp.route("/account/erasure", methods=["GET", "POST"])
@allow()
@sensitive
def erasure() -> Reply:
    """Request one's erasure. Shows what is erased and what is kept, what blocks it, and the state of earlier requests."""
    account = queries.get_account(viewer().account_id)
    form = RequestErasureForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.request_erasure(account, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for("privacy.erasure"), _("We have your wish. You get an e-mail that says what happens next.")
            )
    return page(
        "privacy/erasure.html",
        form=form,
        erasure_request=queries.find_open_request(account.id),
        latest=queries.find_latest_request(account.id),
        blockers=describe_blockers(account),
        retention_reasons=RETENTION_REASONS,
        cooling_off_days=rules.COOLING_OFF_PERIOD.days,
    )


@bp.post("/account/erasure/withdraw")
@allow()
def withdraw_erasure() -> Reply:
    """Withdraw one's erasure request."""
    erasure_request = queries.get_own_open_request(viewer())
    service.withdraw_request(erasure_request, actor=viewer(), now=now())
    return finish(url_for("privacy.erasure"), _("You stay. Nothing is erased."))
