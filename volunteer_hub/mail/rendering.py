"""The HTML part of an email, generated from its text part so that both say the same."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

STYLED_LINK = Markup('<a href="{1}" style="font-weight:bold;color:#005eb8">{0}</a>:<br>{1}')
PLAIN_LINK = Markup('<a href="{1}">{0}</a>:<br>{1}')
"""The link format of our own pages, whose content security policy forbids inline styles."""
LINK_LINE = re.compile(r"(?P<text>[^\n:]{2,80}): (?P<url>https?://\S+)")


def text_to_html(text: str, *, title: str, ours: str) -> str:
    """Return an HTML document with the content of `text`.

    A blank line ends a paragraph, `- ` begins a list item, `Label: https://…` on a line of its own becomes a link if the
    URL starts with `ours`, the service's own address. Other URLs, such as those in user text, do not become links.
    """
    return str(
        Markup(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{}</title></head>'
            '<body style="font-family:Arial,sans-serif;font-size:16px;line-height:1.5;color:#212b32;'
            'max-width:40em;margin:0 auto;padding:16px">{}</body></html>'
        ).format(title, text_to_blocks(text, ours=ours))
    )


def text_to_blocks(text: str, *, ours: str, link: Markup = STYLED_LINK) -> Markup:
    """Return the paragraphs, lists and links of `text` as escaped HTML. `link` is the format of a link."""
    return Markup("\n").join(_block(block, ours, link) for block in text.strip().split("\n\n"))


def _block(block: str, ours: str, link: Markup) -> Markup:
    lines = block.strip().split("\n")
    if all(line.startswith("- ") for line in lines):
        return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(line[2:]) for line in lines))
    return Markup("<p>{}</p>").format(Markup("<br>").join(_line(line, ours, link) for line in lines))


def _line(line: str, ours: str, link: Markup) -> Markup:
    match = LINK_LINE.fullmatch(line)
    if not match or not f"{match['url']}/".startswith(f"{ours}/"):
        return escape(line)
    return link.format(match["text"], match["url"])
