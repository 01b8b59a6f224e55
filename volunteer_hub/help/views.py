"""The guides. Anybody may read them: they hold no data, and people read before they join."""

from __future__ import annotations

from flask import Blueprint, Flask, request, url_for
from werkzeug.wrappers import Response

from volunteer_hub.core.access import public
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.http import page, viewer
from volunteer_hub.help.topics import FOR_ALL, GUIDES, find_topic, order_guides

bp = Blueprint("help", __name__, url_prefix="/help")
Reply = Response | tuple[str, int]


@bp.get("/")
@public
def index() -> Reply:
    """All guides, one's own first."""
    own = viewer().roles
    names = order_guides(own)
    split = len(own)
    return page(
        "help/index.html", own=names[:split], common=FOR_ALL, others=names[split + len(FOR_ALL) :], titles=GUIDES
    )


@bp.get("/<guide>")
@public
def show(guide: str) -> Reply:
    """One guide."""
    if guide not in GUIDES:
        raise NotFound("There is no such guide.")
    return page(f"help/{guide.replace('-', '_')}.html", title=GUIDES[guide])


def help_url() -> str:
    """The address of the help for the page that is shown."""
    place = find_topic(request.endpoint, viewer().roles)
    if place is None:
        return url_for("help.index")
    guide, _, part = place.partition("#")
    return url_for("help.show", guide=guide, _anchor=part or None)


def init_app(app: Flask) -> None:
    """Give templates the way to help."""
    app.jinja_env.globals["help_url"] = help_url
