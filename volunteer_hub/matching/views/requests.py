"""Pages of the volunteer: finding requests, coming forward, answering an invitation."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from volunteer_hub.core import fields, i18n
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.http import finish, page, viewer
from volunteer_hub.fit import counterfactual_text, explain
from volunteer_hub.fit.rules import VolunteerFacts
from volunteer_hub.matching import queries, service
from volunteer_hub.matching.forms import AcceptForm, DeclineOrWithdrawForm, InterestForm
from volunteer_hub.matching.queries import RequestFilters
from volunteer_hub.matching.states import LIVE
from volunteer_hub.partner_requests.states import Delivery, SupportKind
from volunteer_hub.vocabulary import queries as vocabulary

bp = Blueprint("matching", __name__)
Reply = Response | tuple[str, int]
CODE = re.compile(r"[A-Za-z0-9-]{1,20}")
SUGGESTION_COUNT = 5
"""With fewer requests than these on the first page it is worth saying what would open more."""
TOP = 3
HOURS = (60, 120, 180, 240, 360)


def today() -> dt.date:
    """The day, in UTC, by which readiness and respond-by dates are judged."""
    return now().date()


@bp.get("/find")
@allow(Role.VOLUNTEER)
def browse() -> Reply:
    """Open requests with filters in the address."""
    me = queries.get_my_facts(viewer(), today=today())
    filters = read_filters(request.args)
    found, seen = queries.list_open_and_examined(me, filters, key=request.args.get("after"), today=today())
    form = filter_form(i18n.locale(), filters, queries.partner_countries.get())
    begins = filters == RequestFilters() and not request.args.get("after")
    return page(
        "matching/browse.html",
        me=me,
        found=found,
        filter_form=form,
        best=queries.list_top(me, today=today()) if begins else [],
        wording=explain,
        counterfactual_text=counterfactual_text,
        outlook=_outlook(me, filters, len(found.rows), seen),
    )


def _outlook(
    me: VolunteerFacts, filters: RequestFilters, shown: int, seen: list[queries.OpenRequest]
) -> queries.Outlook | None:
    """What would open most of what was looked for, for somebody who asked what they can take on and found little."""
    if not filters.fits_me or request.args.get("after") or shown >= SUGGESTION_COUNT:
        return None
    return queries.build_outlook(me, seen, today=today(), limit=TOP)


@bp.get("/find/best")
@allow(Role.VOLUNTEER)
def best() -> Reply:
    """Open requests, best fit first."""
    me = queries.get_my_facts(viewer(), today=today())
    found = queries.page_of_best(me, key=request.args.get("after"), today=today())
    return page("matching/best.html", me=me, found=found, wording=explain)


@lru_cache(maxsize=500)
def filter_form(locale: str, filters: RequestFilters, countries: tuple[tuple[str, str], ...]) -> Markup:
    """The filters as a form with a hundred choices: the same for everybody who asks the same."""
    return Markup(  # noqa: S704 -- a template of ours, escaped where it was rendered
        render_template(
            "matching/filters.html",
            filters=filters,
            kinds=SupportKind,
            deliveries=Delivery,
            groups=[word for word in vocabulary.vocabulary().specialties.values() if word.parent is None],
            languages=vocabulary.language_names(locale),
            countries=countries,
            hours_choices=HOURS,
        )
    )


def read_filters(given: Any) -> RequestFilters:
    """The filters of an address. What makes no sense is left out: an address is no form."""
    kind, delivery = given.get("kind", ""), given.get("delivery", "")
    minutes, before = given.get("minutes", ""), given.get("before", "")
    return RequestFilters(
        search_text=given.get("q", "")[:100],
        kind=SupportKind(kind) if kind in set(SupportKind) else None,
        specialty_group=_code(given.get("specialty", "")),
        language=_code(given.get("language", "")),
        country=_code(given.get("country", "")),
        max_minutes=int(minutes) if fields.DIGITS.fullmatch(minutes) else None,
        delivery=Delivery(delivery) if delivery in set(Delivery) else None,
        starts_before=_day(before),
        fits_me=given.get("fits") == "1",
    )


def _code(text: str) -> str:
    """A short code of ASCII letters, digits and dashes, or nothing."""
    return text if CODE.fullmatch(text) else ""


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if fields.ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


@bp.route("/find/<id:request_id>", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def show(request_id: int) -> Reply:
    """One request, how it fits, what stands in the way; and coming forward with a few words."""
    form = InterestForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            found = queries.get_open_request(queries.get_my_facts(viewer(), today=today()), request_id, today=today())
            service.express_interest(found, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for(".show", request_id=request_id),
                _("Thank you. The director has been told, and you will get an e-mail with the decision."),
            )
    me = queries.get_my_facts(viewer(), today=today())
    found = queries.get_open_request(me, request_id, today=today())
    match = queries.get_mine(viewer(), found.row.match_id) if found.row.match_id else None
    under_way = match is not None and match.state in LIVE
    return page(
        "matching/show.html",
        form=form,
        me=me,
        found=found,
        match=match,
        under_way=under_way,
        standing="" if under_way else explain.explain_ended_request(found.row.request_state),
        steps=() if under_way else queries.list_counterfactuals(found.fit, today=today()),
        counterfactual_text=counterfactual_text,
        waiting=match is not None and service.is_waiting(match),
        is_proposal=match is not None and service.is_engine_proposal(match),
        can_answer=match is not None and service.can_answer(match, viewer()),
        can_withdraw=match is not None and service.can_withdraw(match, viewer()),
        vocabulary=vocabulary,
        wording=explain,
    )


@bp.route("/matches/<id:match_id>/accept", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def accept(match_id: int) -> Reply:
    """Accept a director's invitation."""
    match = queries.get_mine(viewer(), match_id)
    form = AcceptForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.accept_invitation(match, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for(".show", request_id=match.request_id), _("Thank you. The director now makes the decision.")
            )
        match = queries.get_mine(viewer(), match_id)
    return page("matching/accept.html", form=form, match=match, is_proposal=service.is_engine_proposal(match))


@bp.route("/matches/<id:match_id>/no", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def decline_or_withdraw(match_id: int) -> Reply:
    """Decline an invitation, or withdraw before the decision."""
    match = queries.get_mine(viewer(), match_id)
    invited = service.can_answer(match, viewer())
    form = DeclineOrWithdrawForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            verb = service.decline_invitation if invited else service.withdraw
            verb(match, reason=form.reason.data, message=form.message.data, actor=viewer(), now=now())
            return finish(url_for(".browse"), _("Thank you for saying so. Somebody else can be asked now."))
        match = queries.get_mine(viewer(), match_id)
    proposed = invited and service.is_engine_proposal(match)
    return page("matching/close.html", form=form, match=match, invited=invited, proposed=proposed)
