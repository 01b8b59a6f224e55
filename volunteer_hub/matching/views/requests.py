"""Pages of the volunteer: finding requests, applying, answering an invitation or proposal."""

from __future__ import annotations

from functools import lru_cache

from flask import render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from volunteer_hub.core import i18n
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import QueryValues, query_values
from volunteer_hub.fit import counterfactual_text, explain
from volunteer_hub.fit.rules import VolunteerFacts
from volunteer_hub.matching import queries, rules, service
from volunteer_hub.matching.forms import AcceptForm, DeclineOrWithdrawForm, InterestForm
from volunteer_hub.matching.queries import RequestFilters
from volunteer_hub.matching.views.base import bp
from volunteer_hub.partner_requests.states import Delivery, SupportKind
from volunteer_hub.vocabulary import queries as vocabulary

MAX_WEEKLY_MINUTES = 7 * 24 * 60
MIN_RESULTS_WITHOUT_OUTLOOK = 5
"""If the first page has fewer requests, it suggests which changes of the profile would open more."""
MAX_OUTLOOK_CHANGES = 3
HOURS_CHOICES_MINUTES = (60, 120, 180, 240, 360)


@bp.get("/find")
@allow(Role.VOLUNTEER)
def browse() -> Reply:
    """Open requests, with filters in the query string."""
    me = queries.get_my_facts(viewer(), today=today_for())
    filters = read_filters(query_values())
    requests_page, examined = queries.list_open_and_examined(
        me, filters, key=query_values().page_key, today=today_for()
    )
    form = filter_form(i18n.locale(), filters, queries.partner_countries.get())
    is_unfiltered_start = filters == RequestFilters() and not query_values().page_key
    return page(
        "matching/browse.html",
        me=me,
        requests_page=requests_page,
        filter_form=form,
        best=queries.list_top(me, today=today_for()) if is_unfiltered_start else [],
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
    if not filters.fits_me or query_values().page_key or result_count >= MIN_RESULTS_WITHOUT_OUTLOOK:
        return None
    return queries.build_outlook(volunteer, examined, today=today_for(), limit=MAX_OUTLOOK_CHANGES)


@bp.get("/find/best")
@allow(Role.VOLUNTEER)
def best() -> Reply:
    """Open requests, best fit first."""
    me = queries.get_my_facts(viewer(), today=today_for())
    requests_page = queries.page_of_best(me, key=query_values().page_key, today=today_for())
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


def read_filters(values: QueryValues) -> RequestFilters:
    """Return the filters of a query string."""
    return RequestFilters(
        search_text=values.text("q"),
        kind=values.choice("kind", SupportKind),
        specialty_group=values.code("specialty"),
        language=values.code("language"),
        country=values.code("country"),
        max_minutes=values.number("minutes", most=MAX_WEEKLY_MINUTES),
        delivery=values.choice("delivery", Delivery),
        starts_before=values.day("before"),
        fits_me=values.is_set("fits"),
    )


@bp.route("/find/<id:request_id>", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def open_request(request_id: int) -> Reply:
    """One request, how it fits, which gates are closed; and applying for it with a message."""
    form = InterestForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.express_interest(request_id, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for("matching.open_request", request_id=request_id),
                _("Thank you. The director has been told, and you will get an e-mail with the decision."),
            )
    me = queries.get_my_facts(viewer(), today=today_for())
    open_request = queries.get_open_request(me, request_id, today=today_for())
    match = queries.get_mine(viewer(), open_request.row.match_id) if open_request.row.match_id else None
    is_live = match is not None and rules.is_live(match.state)
    return page(
        "matching/show.html",
        form=form,
        me=me,
        open_request=open_request,
        match=match,
        is_live=is_live,
        standing="" if is_live else explain.explain_ended_request(open_request.row.request_state),
        steps=() if is_live else queries.list_counterfactuals(open_request.fit, today=today_for()),
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
