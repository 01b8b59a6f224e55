"""Rounds, for coordinators: the hub, starting one, looking through it, releasing or discarding it."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.audit import service as audit
from volunteer_hub.core import fields, template_filters
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.csv_export import csv_text
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.http import download, finish, page, query_int, viewer
from volunteer_hub.programmes import queries as programmes
from volunteer_hub.rounds import explain as round_explain
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.forms import DiscardRoundForm, PublishRoundForm, StartRoundForm
from volunteer_hub.rounds.models import MatchingRound
from volunteer_hub.rounds.queries import page_rows, round_settings, rounds
from volunteer_hub.rounds.queries.page_rows import ProposalFilter
from volunteer_hub.rounds.service import lifecycle as round_service
from volunteer_hub.rounds.service import proposals
from volunteer_hub.rounds.states import BUSY, ProposalState, RoundState

bp = Blueprint("rounds", __name__, url_prefix="/matching")
FINISHED = _l("The matching round has finished. No volunteers have been contacted yet.")
FAILED = _l("The matching round failed. Nothing was saved and no volunteers were contacted.")
Reply = Response | tuple[str, int] | tuple[str, int, dict[str, str]]
REFRESH_HEADER = {"Refresh": "5"}
"""While something is under way the page comes again by itself, every five seconds."""
FIRST_BATCH_SIZE = 25
"""So many proposals go out with the release itself; the scheduler sends the others."""
SLOW_START = dt.timedelta(seconds=45)
"""A round that waits for longer finds no scheduler at work."""
COLUMNS = ("Request", "Title", "Hospital", "Country", "Volunteer", "Name", "Place", "Score", "State", "Words")


def page_of(endpoint: str, **values: Any) -> str | None:
    """The address of a page, None where this installation has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


@bp.get("/")
@allow(Role.COORDINATOR)
def index() -> Reply:
    """What a round is, each running programme with its settings, and the last rounds."""
    found = rounds.list_rounds(None, key=request.args.get("after"))
    return page(
        "rounds/index.html",
        programmes=page_rows.list_programmes(),
        default=rounds.default_settings,
        found=found,
        figures={one.id: round_explain.load_figures(one) for one in found.rows},
        page_of=page_of,
    )


@bp.route("/start/<id:programme_id>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def start(programme_id: int) -> Reply:
    """Start a round: a small one runs at once, a large one is left to the scheduler."""
    programme, today = programmes.get_programme(programme_id), now().date()
    size = page_rows.get_size(programme_id, today=today)
    setting = round_settings.get_settings(programme_id)
    form = StartRoundForm.bind(order="fill" if setting.fill_first else "score")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            return _start(programme_id, form, at_once=size.pairs <= runner.MAX_PAIRS_IN_PAGE)
        programme = programmes.get_programme(programme_id)
    return page(
        "rounds/start.html", form=form, programme=programme, size=size, at_once=size.pairs <= runner.MAX_PAIRS_IN_PAGE,
        most=runner.MAX_PAIRS_IN_PAGE,
    )  # fmt: skip


def _start(programme_id: int, form: StartRoundForm, *, at_once: bool) -> Response:
    asked: dict[str, Any] = {"actor": viewer(), "seed": form.seed.data, "fill_first": form.order.data == "fill"}
    programme = programmes.get_programme(programme_id)
    if not at_once:
        round_ = round_service.request_round(programme, now=now(), **asked)
        return finish(url_for(".show", round_id=round_.id), _("The round waits to start. This page follows it."))
    round_ = runner.request_and_claim(programme, **asked)
    round_id = round_.id
    reply = finish(url_for(".show", round_id=round_id))
    succeeded = runner.run_claimed(round_id)
    flash(FINISHED if succeeded else FAILED)
    return reply


@bp.get("/rounds/<id:round_id>")
@allow(Role.COORDINATOR)
def show(round_id: int) -> Reply:
    """One round: how far it is, what it found, what may be done with it."""
    found = rounds.get(round_id)
    counts, history = rounds.count_by_state(round_id), audit_queries.list_history(found)
    on_their_way = found.state is RoundState.PUBLISHED and counts.get(ProposalState.PLANNED, 0) > 0
    figures = round_explain.load_figures(found)
    text, status = page(
        "rounds/show.html",
        form=DiscardRoundForm.bind(),
        round=found,
        history=history,
        names=accounts.names_by_id(
            [found.requested_by_id, found.published_by_id, *(entry.actor_id for entry in history)]
        ),
        figures=figures,
        against_greedy=round_explain.compare_with_greedy(figures) if figures else "",
        proof=round_explain.describe_proof(figures, fill_first=found.fill_first) if figures else "",
        counts={state: counts.get(state, 0) for state in ProposalState},
        states=ProposalState,
        is_busy=found.state in BUSY,
        nobody_runs_it=found.state is RoundState.QUEUED and now() - found.requested_at > SLOW_START,
        on_their_way=on_their_way,
        is_released=found.state is RoundState.PUBLISHED,
        can_release=found.state is RoundState.READY,
        can_discard=found.state in (RoundState.QUEUED, RoundState.READY),
        has_failed=found.state is RoundState.FAILED,
        weights_url=page_of("weights.show", weights_id=found.weights_id),
    )
    return (text, status, REFRESH_HEADER) if found.state in BUSY or on_their_way else (text, status)


@bp.route("/rounds/<id:round_id>/publish", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def publish(round_id: int) -> Reply:
    """Choose how much of a round goes out, see how many e-mails that is, and release it."""
    form, part = PublishRoundForm.bind(), _part()
    found = rounds.get(round_id, locked=request.method == "POST")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            return _release(found, form, part)
        found = rounds.get(round_id)
    hospitals = page_rows.list_hospitals(round_id)
    shown = page_rows.list_planned_ids(round_id, part) if part else ()
    return page(
        "rounds/publish.html",
        form=form,
        round=found,
        hospitals=hospitals,
        countries=sorted({(row[2], row[3]) for row in hospitals}, key=lambda pair: pair[1]),
        asked=request.args,
        part=part,
        number=len(shown),
        fingerprint=_fingerprint_of(shown),
        all_of_them=sum(row[4] for row in hospitals),
        can_release=found.state is RoundState.READY,
        first_batch=FIRST_BATCH_SIZE,
    )


def _fingerprint_of(proposals: Sequence[int]) -> str:
    """What names these proposals: as many others, ticked by a colleague meanwhile, have another one."""
    return f"{len(proposals)}-{zlib.crc32(repr(list(proposals)).encode())}"


def _part() -> ProposalFilter | None:
    """Which part of a round the address asks to release; None while nothing whole was asked."""
    which, least = request.args.get("which", ""), request.args.get("least", "")
    if which == "all":
        return ProposalFilter()
    if which == "score" and fields.DIGITS.fullmatch(least) and int(least) <= 100:
        return ProposalFilter(min_score=int(least))
    if which == "hospital" and (institution_id := query_int("hospital")):
        return ProposalFilter(institution_id=institution_id)
    if which == "country" and (country := request.args.get("country", "")):
        return ProposalFilter(country=country[:2])
    return None


def _release(found: MatchingRound, form: PublishRoundForm, part: ProposalFilter | None) -> Response:
    if part is None:
        raise DomainError(_("Choose first how much of the round goes out."))
    chosen = page_rows.list_planned_ids(found.id, part)
    if found.state is RoundState.READY and _fingerprint_of(chosen) != form.fingerprint.data:
        raise DomainError(_("The list has changed since it was shown. Look through it again."))
    number = round_service.publish(found, proposal_ids=chosen, actor=viewer(), now=now())
    proposals.send_published(now(), round_id=found.id, limit=FIRST_BATCH_SIZE)
    return finish(
        url_for(".show", round_id=found.id),
        ngettext("%(num)s proposal was released.", "%(num)s proposals were released.", number),
    )


@bp.route("/rounds/<id:round_id>/discard", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def discard(round_id: int) -> Reply:
    """Throw a round away before anybody was asked."""
    form = DiscardRoundForm.bind()
    found = rounds.get(round_id, locked=request.method == "POST")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            round_service.discard(found, actor=viewer(), now=now())
            return finish(url_for(".index"), _("The round was discarded. Nobody was asked."))
        found = rounds.get(round_id)
    can_discard = found.state in (RoundState.QUEUED, RoundState.READY)
    return page("rounds/discard.html", form=form, round=found, can_discard=can_discard)


@bp.post("/rounds/<id:round_id>/file")
@allow(Role.COORDINATOR)
def file(round_id: int) -> Response:
    """All pairs of a round as a file."""
    found = rounds.get(round_id)
    rows = [(*row[:8], template_filters.label(row[8]), row[9] or "") for row in page_rows.list_all_proposals(round_id)]
    audit.record("round.downloaded", found, actor=viewer(), now=now(), rows=len(rows))
    return download(csv_text(COLUMNS, rows), f"round-{round_id}.csv")
