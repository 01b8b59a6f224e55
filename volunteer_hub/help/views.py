"""The pages of the guides. They are public: they contain no data, and people read them before they join."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, request, url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import public
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.http import Reply, page, viewer
from volunteer_hub.help.topics import COMMON_GUIDES, GUIDES, find_topic, order_guides

bp = Blueprint("help", __name__)


@bp.get("/help/")
@public
def index() -> Reply:
    """List all guides, those for the viewer's roles first."""
    own = viewer().roles
    names = order_guides(own)
    own_count = len(own)
    return page(
        "help/index.html",
        own=names[:own_count],
        common=COMMON_GUIDES,
        others=names[own_count + len(COMMON_GUIDES) :],
        titles=GUIDES,
    )


@bp.get("/help/<guide>")
@public
def show(guide: str) -> Reply:
    """Show one guide."""
    if guide not in GUIDES:
        raise NotFound(_("There is no such guide."), code="guide_not_found")
    return page(f"help/{guide.replace('-', '_')}.html", title=GUIDES[guide])


def help_url() -> str:
    """Return the URL of the help section for the current page."""
    view = current_app.view_functions.get(request.endpoint or "")
    topic = find_topic(view.__module__, viewer().roles) if view else None
    if topic is None:
        return url_for("help.index")
    guide, _, section = topic.partition("#")
    return url_for("help.show", guide=guide, _anchor=section or None)


def init_app(app: Flask) -> None:
    """Install `help_url` as a template global."""
    app.jinja_env.globals["help_url"] = help_url
