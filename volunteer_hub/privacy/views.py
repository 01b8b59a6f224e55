"""Pages about one's own data: what is kept, its download, the wish to be erased."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core.access import allow, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import download, finish, page, viewer
from volunteer_hub.privacy import queries, rules, service
from volunteer_hub.privacy.forms import ConfirmForm, EraseForm
from volunteer_hub.privacy.labels import TABLES, WHY
from volunteer_hub.privacy.wording import hurdles

bp = Blueprint("privacy", __name__, url_prefix="/account")
Reply = Response | tuple[str, int]
SHOWN = 5


@bp.route("/my-data", methods=["GET", "POST"])
@allow()
@sensitive
def my_data() -> Reply:
    """Everything that is kept about the viewer, to read here and to download as one file."""
    me = queries.account_of(viewer().account_id)
    if ConfirmForm.bind().accepted():
        content = service.download(me, actor=viewer(), now=now())
        return download(content, f"my-data-{now():%Y-%m-%d}.json", mimetype="application/json")
    return page("privacy/my_data.html", tables=queries.rows_about(me.id), titles=TABLES, shown=SHOWN)


@bp.route("/erasure", methods=["GET", "POST"])
@allow()
@sensitive
def erasure() -> Reply:
    """Ask to be erased: what goes, what stays and why, what has to end first, how an earlier wish stands."""
    me = queries.account_of(viewer().account_id)
    form = EraseForm.bind()
    if form.accepted():
        with form.refusals():
            service.ask(me, words=form.words.data, actor=viewer(), now=now())
            return finish(url_for(".erasure"), _("We have your wish. You get an e-mail that says what happens next."))
    return page(
        "privacy/erasure.html",
        form=form,
        wish=queries.live_wish(me.id),
        last=queries.last_wish(me.id),
        hurdles=hurdles(me),
        why=WHY,
        cooling=rules.COOLING.days,
    )


@bp.post("/erasure/withdraw")
@allow()
def withdraw() -> Reply:
    """Take the wish back."""
    wish = queries.live_wish_of(viewer())
    service.withdraw(wish, actor=viewer(), now=now())
    return finish(url_for(".erasure"), _("You stay. Nothing is erased."))
