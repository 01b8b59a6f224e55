"""Pages about one's own data: what is kept, its download, the wish to be erased."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core.access import allow, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import download, finish, page, viewer
from volunteer_hub.privacy import queries, rules, service
from volunteer_hub.privacy.blockers import describe_blockers
from volunteer_hub.privacy.forms import DownloadDataForm, RequestErasureForm
from volunteer_hub.privacy.labels import RETENTION_REASONS, TABLE_LABELS

bp = Blueprint("privacy", __name__, url_prefix="/account")
Reply = Response | tuple[str, int]
ROWS_SHOWN_PER_TABLE = 5


@bp.route("/my-data", methods=["GET", "POST"])
@allow()
@sensitive
def my_data() -> Reply:
    """Everything that is kept about the viewer, to read here and to download as one file."""
    me = queries.get_account(viewer().account_id)
    if DownloadDataForm.bind().accepted():
        content = service.export_personal_data(me, actor=viewer(), now=now())
        return download(content, f"my-data-{now():%Y-%m-%d}.json", mimetype="application/json")
    return page(
        "privacy/my_data.html", tables=queries.list_rows_about(me.id), titles=TABLE_LABELS, shown=ROWS_SHOWN_PER_TABLE
    )


@bp.route("/erasure", methods=["GET", "POST"])
@allow()
@sensitive
def erasure() -> Reply:
    """Ask to be erased: what goes, what stays and why, what has to end first, how an earlier wish stands."""
    me = queries.get_account(viewer().account_id)
    form = RequestErasureForm.bind()
    if form.accepted():
        with form.refusals():
            service.request_erasure(me, message=form.message.data, actor=viewer(), now=now())
            return finish(url_for(".erasure"), _("We have your wish. You get an e-mail that says what happens next."))
    return page(
        "privacy/erasure.html",
        form=form,
        wish=queries.find_open_request(me.id),
        last=queries.find_latest_request(me.id),
        hurdles=describe_blockers(me),
        why=RETENTION_REASONS,
        cooling=rules.COOLING_OFF_PERIOD.days,
    )


@bp.post("/erasure/withdraw")
@allow()
def withdraw() -> Reply:
    """Take the wish back."""
    wish = queries.get_own_open_request(viewer())
    service.withdraw_request(wish, actor=viewer(), now=now())
    return finish(url_for(".erasure"), _("You stay. Nothing is erased."))
