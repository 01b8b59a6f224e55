"""When to try again, what a person may decide, and the HTML that says what the text says."""

from __future__ import annotations

import datetime as dt
import re

from markupsafe import Markup, escape

from volunteer_hub.mail.states import MailState

LEASE = dt.timedelta(minutes=5)
RETRY_AFTER_MINUTES = (1, 5, 15, 60, 240, 720, 720, 720, 720, 720, 720)
"""Waits after an email was refused for now: three days and five hours in all."""
AWAY_RETRY = dt.timedelta(minutes=1)
GIVE_UP_AFTER = dt.timedelta(hours=72)
"""For so long an email waits for a mail server that is away."""
MAX_HOLD = dt.timedelta(hours=24)
"""Nothing is held back for longer: a `not_before` beyond it was written by a clock that was ahead."""
PAUSE_AFTER_HARD_BOUNCES = 3
STYLED_LINK = Markup('<a href="{1}" style="font-weight:bold;color:#005eb8">{0}</a>:<br>{1}')
PLAIN_LINK = Markup('<a href="{1}">{0}</a>:<br>{1}')
"""A link line for our own pages, whose policy refuses inline styles."""
LINK_LINE = re.compile(r"(?P<text>[^\n:]{2,80}): (?P<url>https?://\S+)")


def next_try(attempts: int, *, now: dt.datetime) -> dt.datetime | None:
    """When to try again after `attempts` failed tries; None when it is time to give up."""
    if attempts > len(RETRY_AFTER_MINUTES):
        return None
    return now + dt.timedelta(minutes=RETRY_AFTER_MINUTES[attempts - 1])


def give_up_at(given: dt.datetime | None, *, now: dt.datetime) -> dt.datetime:
    """Until when a mail server that is away is tried, counted from the first try that found it away."""
    return given or now + GIVE_UP_AFTER


def is_paused_by(hard_bounces: int) -> bool:
    """Whether an address that refused email so often is written to no more."""
    return hard_bounces >= PAUSE_AFTER_HARD_BOUNCES


def text_to_html(text: str, *, title: str, ours: str) -> str:
    """The HTML part, made from the text part, so that both always say the same.

    `ours` is the service's own address: nothing else becomes a link, whatever a person wrote.
    A blank line ends a paragraph, `- ` begins an item, `Words: https://…` on its own line is a link.
    """
    return str(
        Markup(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{}</title></head>'
            '<body style="font-family:Arial,sans-serif;font-size:16px;line-height:1.5;color:#212b32;'
            'max-width:40em;margin:0 auto;padding:16px">{}</body></html>'
        ).format(title, text_to_blocks(text, ours=ours))
    )


def text_to_blocks(text: str, *, ours: str, link: Markup = STYLED_LINK) -> Markup:
    """The paragraphs, lists and links of a text as HTML."""
    return Markup("\n").join(_block(block, ours, link) for block in text.strip().split("\n\n"))


def _block(block: str, ours: str, link: Markup) -> Markup:
    lines = block.strip().split("\n")
    if all(line.startswith("- ") for line in lines):
        return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(line[2:]) for line in lines))
    return Markup("<p>{}</p>").format(Markup("<br>").join(_line(line, ours, link) for line in lines))


def _line(line: str, ours: str, link: Markup) -> Markup:
    found = LINK_LINE.fullmatch(line)
    if not found or not f"{found['url']}/".startswith(f"{ours}/"):
        return escape(line)
    return link.format(found["text"], found["url"])


def can_send_again(state: MailState) -> bool:
    """Whether a person may decide that it goes out (once more)."""
    return state in {MailState.FAILED, MailState.UNCERTAIN}


def can_be_delivered(state: MailState) -> bool:
    """Whether a person may say that it has arrived."""
    return state is MailState.UNCERTAIN


def can_cancel(state: MailState) -> bool:
    """Whether it has not gone out and may still be kept back."""
    return state is MailState.QUEUED
