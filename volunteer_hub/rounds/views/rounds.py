"""Pages of rounds for coordinators: overview, start, one round, publish, discard, CSV export."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.audit import service as audit
from volunteer_hub.core import template_filters
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.csv_export import csv_text
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, download, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.programmes import queries as programmes
from volunteer_hub.rounds import explain as round_explain
from volunteer_hub.rounds import rules, runner
from volunteer_hub.rounds.forms import PublishRoundForm, StartRoundForm
from volunteer_hub.rounds.models import MatchingRound
from volunteer_hub.rounds.queries import page_rows, round_settings, rounds
from volunteer_hub.rounds.queries.page_rows import ProposalFilter
from volunteer_hub.rounds.service import lifecycle as round_service
from volunteer_hub.rounds.service import proposals
from volunteer_hub.rounds.states import ProposalState
from volunteer_hub.rounds.views.base import bp

FINISHED = _l("The matching round has finished. No volunteers have been contacted yet.")
FAILED = _l("The matching round failed. Nothing was saved and no volunteers were contacted.")
REFRESH_HEADER = {"Refresh": "5"}
"""Reload the page every five seconds while a round runs or its proposals are being sent."""
FIRST_BATCH_SIZE = 25
"""Proposals sent within the web request that publishes a round; the scheduler sends the others."""
QUEUE_WARNING_DELAY = dt.timedelta(seconds=45)
"""The page warns that no scheduler seems to run if a round is queued for longer."""
CSV_COLUMNS = ("Request", "Title", "Hospital", "Country", "Volunteer", "Name", "Place", "Score", "State", "Words")


def find_url(endpoint: str, **values: Any) -> str | None:
    """Return the address of an endpoint, or None if this installation has none of that name."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


@bp.get("/matching/")
@allow(Role.COORDINATOR)
def index() -> Reply:
    """Show what a round is, each active programme with its settings, and the latest rounds."""
    listed = rounds.list_rounds(None, key=query_values().page_key)
    return page(
        "rounds/index.html",
        programmes=page_rows.list_programmes(),
        default=rounds.default_settings,
        listed=listed,
        figures={round_.id: round_explain.load_figures(round_) for round_ in listed.rows},
        find_url=find_url,
    )


@bp.route("/matching/start/<id:programme_id>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def start(programme_id: int) -> Reply:
    """Start a round: a small one runs within the web request, a large one is queued for the scheduler."""
    programme, today = programmes.get_programme(programme_id), today_for()
    size = page_rows.get_size(programme_id, today=today)
    setting = round_settings.get_settings(programme_id)
    form = StartRoundForm.bind(order="fill" if setting.fill_first else "score")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            return _start(programme_id, form, runs_now=size.pairs <= runner.MAX_PAIRS_IN_PAGE)
        programme = programmes.get_programme(programme_id)
    return page(
        "rounds/start.html", form=form, programme=programme, size=size, runs_now=size.pairs <= runner.MAX_PAIRS_IN_PAGE,
        max_pairs=runner.MAX_PAIRS_IN_PAGE,
    )  # fmt: skip


def _start(programme_id: int, form: StartRoundForm, *, runs_now: bool) -> Response:
    options: dict[str, Any] = {"actor": viewer(), "seed": form.seed.data, "fill_first": form.order.data == "fill"}
    programme = programmes.get_programme(programme_id)
    if not runs_now:
        round_ = round_service.request_round(programme, now=now(), **options)
        return finish(url_for("rounds.show", round_id=round_.id), _("The round waits to start. This page follows it."))
    round_ = runner.request_and_claim(programme, **options)
    round_id = round_.id
    reply = finish(url_for("rounds.show", round_id=round_id))
    succeeded = runner.run_claimed(round_id)
    flash(FINISHED if succeeded else FAILED)
    return reply


@bp.get("/matching/rounds/<id:round_id>")
@allow(Role.COORDINATOR)
def show(round_id: int) -> Reply:
    """Show one round: progress, result, and what can be done with it."""
    round_ = rounds.get(round_id)
    counts, history = rounds.count_by_state(round_id), audit_queries.list_history(round_)
    is_sending = rules.is_published(round_.state) and counts.get(ProposalState.PLANNED, 0) > 0
    figures = round_explain.load_figures(round_)
    text, status = page(
        "rounds/show.html",
        form=ConfirmForm.bind(),
        round=round_,
        history=history,
        names=accounts.names_by_id(
            [round_.requested_by_id, round_.published_by_id, *(entry.actor_id for entry in history)]
        ),
        figures=figures,
        against_greedy=round_explain.compare_with_greedy(figures) if figures else "",
        proof=round_explain.describe_proof(figures, fill_first=round_.fill_first) if figures else "",
        counts={state: counts.get(state, 0) for state in ProposalState},
        states=ProposalState,
        is_busy=rules.is_busy(round_.state),
        is_scheduler_missing=rules.is_queued(round_.state) and now() - round_.requested_at > QUEUE_WARNING_DELAY,
        is_sending=is_sending,
        is_published=rules.is_published(round_.state),
        can_publish=rules.can_publish(round_.state),
        can_discard=rules.can_discard(round_.state),
        has_failed=rules.has_failed(round_.state),
        weights_url=find_url("matching.weights_version", weights_id=round_.weights_id),
    )
    return (text, status, REFRESH_HEADER) if rules.is_busy(round_.state) or is_sending else (text, status)


@bp.route("/matching/rounds/<id:round_id>/publish", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def publish(round_id: int) -> Reply:
    """Select which proposals to publish, show how many emails that is, and publish them."""
    form, selection = PublishRoundForm.bind(), _parse_filter()
    round_ = rounds.get(round_id, locked=request.method == "POST")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            return _publish(round_, form, selection)
        round_ = rounds.get(round_id)
    hospitals = page_rows.list_hospitals(round_id)
    announced_ids = page_rows.list_planned_ids(round_id, selection) if selection else ()
    return page(
        "rounds/publish.html",
        form=form,
        round=round_,
        hospitals=hospitals,
        countries=sorted({(row[2], row[3]) for row in hospitals}, key=lambda country: country[1]),
        query=request.args,
        selection=selection,
        published_count=len(announced_ids),
        fingerprint=_fingerprint_of_ids(announced_ids),
        planned_count=sum(row[4] for row in hospitals),
        can_publish=rules.can_publish(round_.state),
        first_batch=FIRST_BATCH_SIZE,
    )


def _fingerprint_of_ids(proposals: Sequence[int]) -> str:
    """Return a fingerprint of these proposals, which differs if another coordinator has changed the selection meanwhile."""
    return f"{len(proposals)}-{zlib.crc32(repr(list(proposals)).encode())}"


def _parse_filter() -> ProposalFilter | None:
    """Return the filter in the query string, or None if it is missing or incomplete."""
    values = query_values()
    scope, min_score = values.text("which"), values.number("least", most=100)
    if scope == "all":
        return ProposalFilter()
    if scope == "score" and min_score is not None:
        return ProposalFilter(min_score=min_score)
    if scope == "hospital" and (institution_id := values.row_id("hospital")):
        return ProposalFilter(institution_id=institution_id)
    if scope == "country" and (country := values.text("country")):
        return ProposalFilter(country=country[:2])
    return None


def _publish(round_: MatchingRound, form: PublishRoundForm, selection: ProposalFilter | None) -> Response:
    if selection is None:
        raise DomainError(_("Choose first how much of the round goes out."), code="release_choice_missing")
    proposal_ids = page_rows.list_planned_ids(round_.id, selection)
    if rules.can_publish(round_.state) and _fingerprint_of_ids(proposal_ids) != form.fingerprint.data:
        raise DomainError(
            _("The list has changed since it was shown. Look through it again."), code="proposals_changed"
        )
    published_count = round_service.publish(round_, proposal_ids=proposal_ids, actor=viewer(), now=now())
    proposals.send_published(now(), round_id=round_.id, limit=FIRST_BATCH_SIZE)
    return finish(
        url_for("rounds.show", round_id=round_.id),
        ngettext("%(num)s proposal was released.", "%(num)s proposals were released.", published_count),
    )


@bp.route("/matching/rounds/<id:round_id>/discard", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def discard(round_id: int) -> Reply:
    """Discard a round after confirmation."""
    form = ConfirmForm.bind()
    round_ = rounds.get(round_id, locked=request.method == "POST")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            round_service.discard(round_, actor=viewer(), now=now())
            return finish(url_for("rounds.index"), _("The round was discarded. Nobody was asked."))
        round_ = rounds.get(round_id)
    can_discard = rules.can_discard(round_.state)
    return page("rounds/discard.html", form=form, round=round_, can_discard=can_discard)


@bp.post("/matching/rounds/<id:round_id>/file")
@allow(Role.COORDINATOR)
def file(round_id: int) -> Response:
    """Download all pairs of a round as CSV; recorded in the audit log."""
    round_ = rounds.get(round_id)
    rows = [(*row[:8], template_filters.label(row[8]), row[9] or "") for row in page_rows.list_all_proposals(round_id)]
    audit.record("round.downloaded", round_, actor=viewer(), now=now(), rows=len(rows))
    return download(csv_text(CSV_COLUMNS, rows), f"round-{round_id}.csv")
