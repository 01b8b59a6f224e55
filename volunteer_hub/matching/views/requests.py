"""Pages of the volunteer: finding requests, applying, answering an invitation or proposal."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from volunteer_hub.core import fields, i18n
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.fit import counterfactual_text, explain
from volunteer_hub.fit.rules import VolunteerFacts
from volunteer_hub.matching import queries, service
from volunteer_hub.matching.forms import AcceptForm, DeclineOrWithdrawForm, InterestForm
from volunteer_hub.matching.queries import RequestFilters
from volunteer_hub.matching.states import LIVE
from volunteer_hub.matching.views.base import bp
from volunteer_hub.partner_requests.states import Delivery, SupportKind
from volunteer_hub.vocabulary import queries as vocabulary

CODE_PATTERN = re.compile(r"[A-Za-z0-9-]{1,20}")
MIN_RESULTS_WITHOUT_OUTLOOK = 5
"""If the first page has fewer requests, it suggests which changes of the profile would open more."""
MAX_OUTLOOK_CHANGES = 3
HOURS_CHOICES_MINUTES = (60, 120, 180, 240, 360)


def today() -> dt.date:
    """Return the day, in UTC, on which readiness and respond-by dates are evaluated."""
    return now().date()


@bp.get("/find")
@allow(Role.VOLUNTEER)
def browse() -> Reply:
    """Open requests, with filters in the query string."""
    me = queries.get_my_facts(viewer(), today=today())
    filters = read_filters(request.args)
    requests_page, examined = queries.list_open_and_examined(me, filters, key=request.args.get("after"), today=today())
    form = filter_form(i18n.locale(), filters, queries.partner_countries.get())
    is_unfiltered_start = filters == RequestFilters() and not request.args.get("after")
    return page(
        "matching/browse.html",
        me=me,
        requests_page=requests_page,
        filter_form=form,
        best=queries.list_top(me, today=today()) if is_unfiltered_start else [],
        wording=explain,
        counterfactual_text=counterfactual_text,
        outlook=_outlook(me, filters, len(requests_page.rows), examined),
    )


def _outlook(
    volunteer: VolunteerFacts, filters: RequestFilters, result_count: int, examined: list[queries.OpenRequest]
) -> queries.Outlook | None:
    """Return what would open most of the examined requests, if the volunteer asked for fitting ones and few were
    found.
    """
    if not filters.fits_me or request.args.get("after") or result_count >= MIN_RESULTS_WITHOUT_OUTLOOK:
        return None
    return queries.build_outlook(volunteer, examined, today=today(), limit=MAX_OUTLOOK_CHANGES)


@bp.get("/find/best")
@allow(Role.VOLUNTEER)
def best() -> Reply:
    """Open requests, best fit first."""
    me = queries.get_my_facts(viewer(), today=today())
    requests_page = queries.page_of_best(me, key=request.args.get("after"), today=today())
    return page("matching/best.html", me=me, requests_page=requests_page, wording=explain)


@lru_cache(maxsize=500)
def filter_form(locale: str, filters: RequestFilters, countries: tuple[tuple[str, str], ...]) -> Markup:
    """Render the filters with their many choices; cached, as the same filters look the same for every volunteer."""
    return Markup(  # noqa: S704 -- a template of ours, escaped where it was rendered
        render_template(
            "matching/filters.html",
            filters=filters,
            kinds=SupportKind,
            deliveries=Delivery,
            groups=[
                specialty for specialty in vocabulary.vocabulary().specialties.values() if specialty.parent is None
            ],
            languages=vocabulary.language_names(locale),
            countries=countries,
            hours_choices=HOURS_CHOICES_MINUTES,
        )
    )


def read_filters(args: Any) -> RequestFilters:
    """Return the filters of a query string. Invalid values are ignored, as anyone can edit an address."""
    kind, delivery = args.get("kind", ""), args.get("delivery", "")
    minutes, starts_before = args.get("minutes", ""), args.get("before", "")
    return RequestFilters(
        search_text=args.get("q", "")[:100],
        kind=SupportKind(kind) if kind in set(SupportKind) else None,
        specialty_group=_parse_code(args.get("specialty", "")),
        language=_parse_code(args.get("language", "")),
        country=_parse_code(args.get("country", "")),
        max_minutes=int(minutes) if fields.DIGITS.fullmatch(minutes) else None,
        delivery=Delivery(delivery) if delivery in set(Delivery) else None,
        starts_before=_parse_day(starts_before),
        fits_me=args.get("fits") == "1",
    )


def _parse_code(text: str) -> str:
    """Return a short code of ASCII letters, digits and dashes, or ""."""
    return text if CODE_PATTERN.fullmatch(text) else ""


def _parse_day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if fields.ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


@bp.route("/find/<id:request_id>", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def open_request(request_id: int) -> Reply:
    """One request, how it fits, which gates are closed; and applying for it with a message."""
    form = InterestForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            open_request = queries.get_open_request(
                queries.get_my_facts(viewer(), today=today()), request_id, today=today()
            )
            service.express_interest(open_request, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for("matching.open_request", request_id=request_id),
                _("Thank you. The director has been told, and you will get an e-mail with the decision."),
            )
    me = queries.get_my_facts(viewer(), today=today())
    open_request = queries.get_open_request(me, request_id, today=today())
    match = queries.get_mine(viewer(), open_request.row.match_id) if open_request.row.match_id else None
    is_live = match is not None and match.state in LIVE
    return page(
        "matching/show.html",
        form=form,
        me=me,
        open_request=open_request,
        match=match,
        is_live=is_live,
        standing="" if is_live else explain.explain_ended_request(open_request.row.request_state),
        steps=() if is_live else queries.list_counterfactuals(open_request.fit, today=today()),
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
    """Accept an invitation or proposal."""
    match = queries.get_mine(viewer(), match_id)
    form = AcceptForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.accept_invitation(match, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for("matching.open_request", request_id=match.request_id),
                _("Thank you. The director now makes the decision."),
            )
        match = queries.get_mine(viewer(), match_id)
    return page("matching/accept.html", form=form, match=match, is_proposal=service.is_engine_proposal(match))


@bp.route("/matches/<id:match_id>/no", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def decline_or_withdraw(match_id: int) -> Reply:
    """Decline an invitation or proposal, or withdraw before the decision."""
    match = queries.get_mine(viewer(), match_id)
    is_invited = service.can_answer(match, viewer())
    form = DeclineOrWithdrawForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            end_match = service.decline_invitation if is_invited else service.withdraw
            end_match(match, reason=form.reason.data, message=form.message.data, actor=viewer(), now=now())
            return finish(url_for("matching.browse"), _("Thank you for saying so. Somebody else can be asked now."))
        match = queries.get_mine(viewer(), match_id)
    is_proposal = is_invited and service.is_engine_proposal(match)
    return page("matching/close.html", form=form, match=match, is_invited=is_invited, is_proposal=is_proposal)
