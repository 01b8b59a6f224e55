"""`flask match run`: run a round from the command line, for large programmes, dry runs and cron jobs."""

from __future__ import annotations

import dataclasses
import json
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.programmes.models import Programme
from volunteer_hub.rounds import explain, runner
from volunteer_hub.rounds.queries import page_rows, rounds
from volunteer_hub.rounds.rules import Progress, RoundFigures, RoundPlan

match = AppGroup("match", help="Rounds of matching.")
RoundResult = dict[str, Any]
NOTHING_KEPT_MESSAGE = "Nothing of this round was kept."
EXIT_INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells use it (128 + SIGINT)."""


@match.command("run")
@click.option("--programme", "wanted", help="Its name or number; without it every running programme.")
@click.option("--dry-run", is_flag=True, help="Work it out and say what came of it; store nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Decides between equals; by chance without it.")
@click.option("--score-alone", is_flag=True, help="The highest score, even where that leaves seats free.")
def run(wanted: str | None, dry_run: bool, as_json: bool, seed: int | None, score_alone: bool) -> None:
    """Run a round and keep it, ready for a coordinator to look through. Nobody is asked before they release it.

    Exit 1, with the reason, when a round of the programme is under way already or one failed; 130 after Ctrl-C.
    """
    fill_first = False if score_alone else None
    execute: Callable[[Programme, int | None, bool | None], RoundResult] = _run_dry if dry_run else _run_stored
    results, failed, stopped = [], [], ""
    for programme in _list_programmes(wanted):
        name = programme.name
        try:
            results.append(execute(programme, seed, fill_first))
        except DomainError as error:
            db.session.rollback()
            failed.append(f"{name}: {error.message}")
        except KeyboardInterrupt as interrupt:
            stopped = (
                f"{name}: {runner.STOPPED_MESSAGE} {interrupt.args[0] if interrupt.args else NOTHING_KEPT_MESSAGE}"
            )
            break
    click.echo(json.dumps(results, indent=2) if as_json else "\n\n".join(map(_format_result, results)))
    if stopped:
        click.echo("\n".join([*failed, stopped]), err=True)
        sys.exit(EXIT_INTERRUPTED)
    if failed:
        raise click.ClickException("\n".join(failed))


def _list_programmes(wanted: str | None) -> Sequence[Programme]:
    running = [row[0] for row in page_rows.list_programmes()]
    selected = [programme for programme in running if wanted is None or wanted in (programme.name, str(programme.id))]
    if not selected:
        raise click.ClickException(
            _("No programme is running.")
            if wanted is None
            else _("No running programme is called %(name)s or has that number.", name=wanted)
        )
    return selected


@contextmanager
def _progress_bar(name: str) -> Iterator[Progress]:
    """Show a progress bar on stderr, so that stdout holds only the result."""
    with click.progressbar(length=100, label=name, file=sys.stderr) as progress_bar:

        def report(done: int, of: int) -> None:
            progress_bar.update(max(0, 99 * done // max(1, of) - progress_bar.pos))

        yield report
        progress_bar.update(100 - progress_bar.pos)


def _run_stored(programme: Programme, seed: int | None, fill_first: bool | None) -> RoundResult:
    round_ = runner.request_and_claim(programme, actor=None, seed=seed, fill_first=fill_first)
    round_id, name = round_.id, programme.name
    try:
        db.session.commit()
        with _progress_bar(name) as progress:
            succeeded = runner.run_claimed(round_id, progress)
    except KeyboardInterrupt:
        is_discarded = runner.stop(round_id)
        raise KeyboardInterrupt(
            NOTHING_KEPT_MESSAGE if is_discarded else f"Round {round_id} was kept before that."
        ) from None
    round_ = rounds.get(round_id)
    figures = explain.load_figures(round_)
    if not succeeded or figures is None:
        raise DomainError(round_.failure or runner.FAILED_MESSAGE, code="round_failed")
    return _build_result(
        round_.programme, round_.as_of.isoformat(), round_.seed, round_.fill_first, figures, str(round_.fingerprint)
    ) | {
        "round": round_.id,
        "state": round_.state.value,
    }


def _run_dry(programme: Programme, seed: int | None, fill_first: bool | None) -> RoundResult:
    used_seed = secrets.randbelow(2**31) if seed is None else seed
    parameters = runner.current_parameters(programme.id, as_of=clock.today_for(), seed=used_seed, fill_first=fill_first)
    programme_id, name = programme.id, programme.name
    with _progress_bar(name) as progress:
        plan = runner.compute(programme_id, parameters, progress)
    result = _build_result(
        programme, parameters.as_of.isoformat(), used_seed, parameters.fill_first, plan.figures, plan.fingerprint
    )
    return result | {"round": None, "state": "dry run", "pairs": _list_pairs(plan)}


def _build_result(
    programme: Programme, day: str, seed: int, fill_first: bool, figures: RoundFigures, fingerprint: str
) -> RoundResult:
    return {
        "programme": programme.id,
        "name": programme.name,
        "as_of": day,
        "seed": seed,
        "fill_first": fill_first,
        "figures": dataclasses.asdict(figures),
        "digest": fingerprint,
    }


def _list_pairs(plan: RoundPlan) -> list[dict[str, int]]:
    return [
        {"volunteer": p.volunteer_id, "request": p.request_id, "score": p.score, "place": p.rank} for p in plan.pairs
    ]


def _format_result(result: RoundResult) -> str:
    figures = RoundFigures(**result["figures"])
    outcome = f"Round {result['round']} is ready to look through." if result["round"] else "Nothing was stored."
    return "\n".join(
        (
            f"{result['name']}, {result['as_of']}, seed {result['seed']}",
            f"  {figures.volunteers} volunteers with room, {figures.requests} requests with {figures.seats} seats to fill",
            f"  {figures.filled} seats filled, {figures.score} points; best pair first: {figures.greedy_filled} seats, {figures.greedy_score} points",
            f"  {explain.compare_with_greedy(figures)}",
            f"  {explain.describe_proof(figures, fill_first=result['fill_first'])}",
            f"  {figures.idle} volunteers with room have nothing this time",
            f"  digest {result['digest']}",
            f"  {outcome}",
        )
    )
