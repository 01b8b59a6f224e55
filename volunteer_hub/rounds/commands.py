"""`flask match run`: a round from the command line, for large programmes, for trying, and for timers."""

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

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.programmes.models import Programme
from volunteer_hub.rounds import explain, runner
from volunteer_hub.rounds.queries import page_rows, rounds
from volunteer_hub.rounds.rules import Progress, RoundFigures, RoundPlan

match = AppGroup("match", help="Rounds of matching.")
CommandRound = dict[str, Any]
NOTHING_KEPT = "Nothing of this round was kept."
INTERRUPTED = 130
"""The exit code of what Ctrl-C ended, as shells have it."""


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
    act: Callable[[Programme, int | None, bool | None], CommandRound] = _try if dry_run else _run
    found, failed, stopped = [], [], ""
    for programme in _programmes(wanted):
        name = programme.name
        try:
            found.append(act(programme, seed, fill_first))
        except DomainError as error:
            db.session.rollback()
            failed.append(f"{name}: {error.message}")
        except KeyboardInterrupt as interrupt:
            stopped = f"{name}: {runner.STOPPED} {interrupt.args[0] if interrupt.args else NOTHING_KEPT}"
            break
    click.echo(json.dumps(found, indent=2) if as_json else "\n\n".join(map(_in_words, found)))
    if stopped:
        click.echo("\n".join([*failed, stopped]), err=True)
        sys.exit(INTERRUPTED)
    if failed:
        raise click.ClickException("\n".join(failed))


def _programmes(wanted: str | None) -> Sequence[Programme]:
    running_now = [row[0] for row in page_rows.list_programmes()]
    chosen = [one for one in running_now if wanted is None or wanted in (one.name, str(one.id))]
    if not chosen:
        raise click.ClickException(
            "No programme is running."
            if wanted is None
            else f"No running programme is called {wanted} or has that number."
        )
    return chosen


@contextmanager
def _bar(name: str) -> Iterator[Progress]:
    """A progress bar on stderr, so that stdout holds the answer alone."""
    with click.progressbar(length=100, label=name, file=sys.stderr) as bar:

        def tell(done: int, of: int) -> None:
            bar.update(max(0, 99 * done // max(1, of) - bar.pos))

        yield tell
        bar.update(100 - bar.pos)


def _run(programme: Programme, seed: int | None, fill_first: bool | None) -> CommandRound:
    round_ = runner.request_and_claim(programme, actor=None, seed=seed, fill_first=fill_first)
    round_id, name = round_.id, programme.name
    try:
        db.session.commit()
        with _bar(name) as tell:
            done = runner.run_claimed(round_id, tell)
    except KeyboardInterrupt:
        nothing = runner.stop(round_id)
        raise KeyboardInterrupt(NOTHING_KEPT if nothing else f"Round {round_id} was kept before that.") from None
    kept = rounds.get(round_id)
    figures = explain.load_figures(kept)
    if not done or figures is None:
        raise DomainError(kept.failure or runner.FAILED)
    return _told(kept.programme, kept.as_of.isoformat(), kept.seed, kept.fill_first, figures, str(kept.fingerprint)) | {
        "round": kept.id,
        "state": kept.state.value,
    }


def _try(programme: Programme, seed: int | None, fill_first: bool | None) -> CommandRound:
    chosen = secrets.randbelow(2**31) if seed is None else seed
    settings = runner.current_parameters(programme.id, as_of=clock.now().date(), seed=chosen, fill_first=fill_first)
    programme_id, name = programme.id, programme.name
    with _bar(name) as tell:
        plan = runner.compute(programme_id, settings, tell)
    told = _told(programme, settings.as_of.isoformat(), chosen, settings.fill_first, plan.figures, plan.fingerprint)
    return told | {"round": None, "state": "dry run", "pairs": _pairs(plan)}


def _told(
    programme: Programme, day: str, seed: int, fill_first: bool, figures: RoundFigures, digest: str
) -> CommandRound:
    return {
        "programme": programme.id,
        "name": programme.name,
        "as_of": day,
        "seed": seed,
        "fill_first": fill_first,
        "figures": dataclasses.asdict(figures),
        "digest": digest,
    }


def _pairs(plan: RoundPlan) -> list[dict[str, int]]:
    return [
        {"volunteer": p.volunteer_id, "request": p.request_id, "score": p.score, "place": p.rank} for p in plan.pairs
    ]


def _in_words(found: CommandRound) -> str:
    figures = RoundFigures(**found["figures"])
    kept = f"Round {found['round']} is ready to look through." if found["round"] else "Nothing was stored."
    return "\n".join(
        (
            f"{found['name']}, {found['as_of']}, seed {found['seed']}",
            f"  {figures.volunteers} volunteers with room, {figures.requests} requests with {figures.seats} seats to fill",
            f"  {figures.filled} seats filled, {figures.score} points; best pair first: {figures.greedy_filled} seats, {figures.greedy_score} points",
            f"  {explain.compare_with_greedy(figures)}",
            f"  {explain.describe_proof(figures, fill_first=found['fill_first'])}",
            f"  {figures.idle} volunteers with room have nothing this time",
            f"  digest {found['digest']}",
            f"  {kept}",
        )
    )
