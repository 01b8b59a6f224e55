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
from volunteer_hub.core import fields, pages
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.spreadsheets import csv_text
from volunteer_hub.core.web import asked_id, download, finish, page, viewer
from volunteer_hub.programmes import queries as programmes
from volunteer_hub.rounds import explain as words
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.forms import ReleaseForm, StartForm, SureForm
from volunteer_hub.rounds.models import MatchRound
from volunteer_hub.rounds.queries import page_rows, round_settings, rounds
from volunteer_hub.rounds.queries.page_rows import Part
from volunteer_hub.rounds.service import lifecycle as round_service
from volunteer_hub.rounds.service import proposals
from volunteer_hub.rounds.states import BUSY, ProposalState, RoundState

bp = Blueprint("rounds", __name__, url_prefix="/matching")
FINISHED = _l("The matching round has finished. No volunteers have been contacted yet.")
FAILED = _l("The matching round failed. Nothing was saved and no volunteers were contacted.")
Reply = Response | tuple[str, int] | tuple[str, int, dict[str, str]]
LOOK_AGAIN = {"Refresh": "5"}
"""While something is under way the page comes again by itself, every five seconds."""
FIRST_BATCH = 25
"""So many proposals go out with the release itself; the scheduler sends the others."""
SLOW = dt.timedelta(seconds=45)
"""A round that waits for longer finds no scheduler at work."""
COLUMNS = ("Request", "Title", "Hospital", "Country", "Volunteer", "Name", "Place", "Score", "State", "Words")


def page_of(endpoint: str, **values: Any) -> str | None:
    """The address of a page, None where this installation has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


@bp.get("/")
@allow(Role.COORDINATOR)
def index() -> Reply:
    """What a round is, each running programme with its settings, and the last rounds."""
    found = rounds.of_programme(None, key=request.args.get("after"))
    return page(
        "rounds/index.html",
        programmes=page_rows.programmes(),
        default=rounds.usual_settings,
        found=found,
        figures={one.id: words.figures(one) for one in found.rows},
        page_of=page_of,
    )


@bp.route("/start/<id:programme_id>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def start(programme_id: int) -> Reply:
    """Start a round: a small one runs at once, a large one is left to the scheduler."""
    programme, today = programmes.get(programme_id), now().date()
    size = page_rows.size(programme_id, today=today)
    setting = round_settings.settings_of(programme_id)
    form = StartForm.bind(order="fill" if setting.fill_first else "score")
    if form.accepted():
        with form.refusals():
            return _start(programme_id, form, at_once=size.pairs <= runner.AT_ONCE)
        programme = programmes.get(programme_id)
    return page(
        "rounds/start.html", form=form, programme=programme, size=size, at_once=size.pairs <= runner.AT_ONCE,
        most=runner.AT_ONCE,
    )  # fmt: skip


def _start(programme_id: int, form: StartForm, *, at_once: bool) -> Response:
    asked: dict[str, Any] = {"actor": viewer(), "seed": form.seed.data, "fill_first": form.order.data == "fill"}
    programme = programmes.get(programme_id)
    if not at_once:
        round_ = round_service.ask(programme, now=now(), **asked)
        return finish(url_for(".show", round_id=round_.id), _("The round waits to start. This page follows it."))
    round_ = runner.ask_and_begin(programme, **asked)
    round_id = round_.id
    reply = finish(url_for(".show", round_id=round_id))
    succeeded = runner.go_on(round_id)
    flash(FINISHED if succeeded else FAILED)
    return reply


@bp.get("/rounds/<id:round_id>")
@allow(Role.COORDINATOR)
def show(round_id: int) -> Reply:
    """One round: how far it is, what it found, what may be done with it."""
    found = rounds.get(round_id)
    counts, history = rounds.counts(round_id), audit_queries.history(found)
    on_their_way = found.state is RoundState.RELEASED and counts.get(ProposalState.PLANNED, 0) > 0
    figures = words.figures(found)
    text, status = page(
        "rounds/show.html",
        form=SureForm.bind(),
        round=found,
        history=history,
        names=accounts.names([found.asked_by_id, found.released_by_id, *(entry.actor_id for entry in history)]),
        figures=figures,
        against_greedy=words.more_than_greedy(figures) if figures else "",
        proof=words.proof(figures, fill_first=found.fill_first) if figures else "",
        counts={state: counts.get(state, 0) for state in ProposalState},
        states=ProposalState,
        is_busy=found.state in BUSY,
        nobody_runs_it=found.state is RoundState.QUEUED and now() - found.asked_at > SLOW,
        on_their_way=on_their_way,
        is_released=found.state is RoundState.RELEASED,
        can_release=found.state is RoundState.READY,
        can_discard=found.state in (RoundState.QUEUED, RoundState.READY),
        has_failed=found.state is RoundState.FAILED,
        weights_url=page_of("weights.show", weights_id=found.weights_id),
    )
    return (text, status, LOOK_AGAIN) if found.state in BUSY or on_their_way else (text, status)


@bp.route("/rounds/<id:round_id>/release", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def release(round_id: int) -> Reply:
    """Choose how much of a round goes out, see how many e-mails that is, and release it."""
    form, part = ReleaseForm.bind(), _part()
    found = rounds.get(round_id, locked=request.method == "POST")
    if form.accepted():
        with form.refusals():
            return _release(found, form, part)
        found = rounds.get(round_id)
    hospitals = page_rows.hospitals(round_id)
    shown = page_rows.planned(round_id, part) if part else ()
    return page(
        "rounds/release.html",
        form=form,
        round=found,
        hospitals=hospitals,
        countries=sorted({(row[2], row[3]) for row in hospitals}, key=lambda pair: pair[1]),
        asked=request.args,
        part=part,
        number=len(shown),
        seal=_seal(shown),
        all_of_them=sum(row[4] for row in hospitals),
        can_release=found.state is RoundState.READY,
        first_batch=FIRST_BATCH,
    )


def _seal(proposals: Sequence[int]) -> str:
    """What names these proposals: as many others, ticked by a colleague meanwhile, have another one."""
    return f"{len(proposals)}-{zlib.crc32(repr(list(proposals)).encode())}"


def _part() -> Part | None:
    """Which part of a round the address asks to release; None while nothing whole was asked."""
    which, least = request.args.get("which", ""), request.args.get("least", "")
    if which == "all":
        return Part()
    if which == "score" and fields.DIGITS.fullmatch(least) and int(least) <= 100:
        return Part(least=int(least))
    if which == "hospital" and (institution_id := asked_id("hospital")):
        return Part(institution_id=institution_id)
    if which == "country" and (country := request.args.get("country", "")):
        return Part(country=country[:2])
    return None


def _release(found: MatchRound, form: ReleaseForm, part: Part | None) -> Response:
    if part is None:
        raise DomainError(_("Choose first how much of the round goes out."))
    chosen = page_rows.planned(found.id, part)
    if found.state is RoundState.READY and _seal(chosen) != form.seal.data:
        raise DomainError(_("The list has changed since it was shown. Look through it again."))
    number = round_service.release(found, chosen=chosen, actor=viewer(), now=now())
    proposals.send_due(now(), round_id=found.id, limit=FIRST_BATCH)
    return finish(
        url_for(".show", round_id=found.id),
        ngettext("%(num)s proposal was released.", "%(num)s proposals were released.", number),
    )


@bp.route("/rounds/<id:round_id>/discard", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def discard(round_id: int) -> Reply:
    """Throw a round away before anybody was asked."""
    form = SureForm.bind()
    found = rounds.get(round_id, locked=request.method == "POST")
    if form.accepted():
        with form.refusals():
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
    rows = [(*row[:8], pages.label(row[8]), row[9] or "") for row in page_rows.whole_list(round_id)]
    audit.record("round.downloaded", found, actor=viewer(), now=now(), rows=len(rows))
    return download(csv_text(COLUMNS, rows), f"round-{round_id}.csv")
