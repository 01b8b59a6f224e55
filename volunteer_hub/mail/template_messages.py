"""The sentences of each kind of e-mail, read off its templates, and the e-mail with samples filled in.

A sentence is the first argument of `_(...)`; it is found in the template's syntax tree, through
`{% extends %}` and `{% include %}`, in the order in which a reader meets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

from flask import current_app
from jinja2 import Environment, meta, nodes

from volunteer_hub.core import i18n, plain_text
from volunteer_hub.mail import wording_rules
from volunteer_hub.mail.preview_data import PreviewValue, example_of_filter
from volunteer_hub.mail.wording_rules import TemplateMessage

FOLDER = "emails"
CALLS = frozenset({"_", "gettext", "ngettext"})
TEMPLATE_OBJECTS = frozenset({"request", "session", "g"})
"""Flask's own names, under which an e-mail may have something else: its request is a hospital's."""


def list_kinds() -> list[str]:
    """Every kind of e-mail that the service writes."""
    folder = Path(current_app.root_path, str(current_app.template_folder), FOLDER)
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def list_messages(kind: str) -> tuple[TemplateMessage, ...]:
    """The sentences of one kind: subject first, then the body as it is read, each once. Empty for no such kind."""
    return _sentences(kind) if kind in list_kinds() else ()


@lru_cache(maxsize=500)
def _sentences(kind: str) -> tuple[TemplateMessage, ...]:
    found: dict[str, TemplateMessage] = {}
    for part in ("subject", "body"):
        for msgid, is_label in _walk(_tree(f"{FOLDER}/{kind}/{part}.txt"), {}):
            known = found.get(msgid, TemplateMessage(msgid))
            found[msgid] = TemplateMessage(msgid, known.in_subject or part == "subject", known.is_label or is_label)
    return tuple(found.values())


def _environment() -> Environment:
    return current_app.jinja_env


def _tree(name: str) -> nodes.Template:
    env = _environment()
    assert env.loader is not None  # noqa: S101 -- Flask always has one
    return env.parse(env.loader.get_source(env, name)[0])


def _walk(tree: nodes.Template, blocks: dict[str, nodes.Block]) -> Iterator[tuple[str, bool]]:
    """(msgid, whether it is a label) in reading order; `blocks` are those that a template below replaced."""
    parent = next(tree.find_all(nodes.Extends), None)
    if parent is None:
        yield from _walk_node(tree, blocks)
        return
    own = {block.name: block for block in tree.find_all(nodes.Block)}
    assert isinstance(parent.template, nodes.Const)  # noqa: S101 -- e-mails extend a template by its name
    yield from _walk(_tree(parent.template.value), own | blocks)


def _walk_node(node: nodes.Node, blocks: dict[str, nodes.Block]) -> Iterator[tuple[str, bool]]:
    if isinstance(node, nodes.Block):
        node = blocks.get(node.name, node)
    if isinstance(node, nodes.Include) and isinstance(node.template, nodes.Const):
        yield from _walk(_tree(node.template.value), blocks)
    if isinstance(node, nodes.Call):
        for msgid in _msgids(node):
            yield msgid, False
    labels = _labels(node) if isinstance(node, nodes.Output) else set()
    for child in node.iter_child_nodes():
        for msgid, is_label in _walk_node(child, blocks):
            yield msgid, is_label or id(child) in labels


def _msgids(call: nodes.Call) -> list[str]:
    if not isinstance(call.node, nodes.Name) or call.node.name not in CALLS:
        return []
    texts = call.args[: 2 if call.node.name == "ngettext" else 1]
    return [text.value for text in texts if isinstance(text, nodes.Const)]


def _labels(output: nodes.Output) -> set[int]:
    """The children of an output that stand right before a colon."""
    pairs = zip(output.nodes, output.nodes[1:], strict=False)
    return {id(one) for one, after in pairs if isinstance(after, nodes.TemplateData) and after.data.startswith(":")}


def render_preview(
    kind: str, own: dict[str, str], *, to: Any, link: Callable[[str], str], usual: bool = True
) -> tuple[str, str]:
    """Subject and text with samples filled in and the programme's own words marked.

    Templates choose between words for different cases: `usual` takes the first of each pair, else the second.
    """
    env = _sample_environment()
    context: dict[str, Any] = {name: PreviewValue((name,), usual=usual) for name in _names(kind)}
    context |= {
        "_": _marking(own),
        "gettext": _marking(own),
        "ngettext": _marking_plural(own),
        "to": to,
        "link": lambda _path: link("/"),
        "url_for": lambda *_args, **_values: "/",
        "at": lambda _instant: example_of_filter("moment", None),
        "service_name": current_app.config["SERVICE_NAME"],
    }
    subject = plain_text.sanitise_header(env.get_template(f"{FOLDER}/{kind}/subject.txt").render(context))
    return subject, env.get_template(f"{FOLDER}/{kind}/body.txt").render(context).strip() + "\n"


def _marking(own: dict[str, str]) -> Callable[..., str]:
    def gettext(message: str, **values: Any) -> str:
        text = wording_rules.mark_own_text(own[message]) if message in own else i18n.translate(message)
        return text % values if values or "%" in text else text

    return gettext


def _marking_plural(own: dict[str, str]) -> Callable[..., str]:
    def ngettext(_one: str, many: str, number: Any, **values: Any) -> str:
        return _marking(own)(many, num=number, **values)

    return ngettext


def _names(kind: str) -> set[str]:
    """What the templates of a kind ask for beyond what every page has."""
    asked = set(TEMPLATE_OBJECTS)  # Jinja counts them as known
    waiting = [f"{FOLDER}/{kind}/{part}.txt" for part in ("subject", "body")]
    while waiting:
        tree = _tree(waiting.pop())
        asked |= meta.find_undeclared_variables(tree)
        waiting += [name for name in meta.find_referenced_templates(tree) if name]
    return asked


def _sample_environment() -> Environment:
    """The pages' environment whose filters take samples too; made once an application."""
    known: Environment | None = current_app.extensions.get("sample_environment")
    if known is None:
        known = current_app.extensions["sample_environment"] = _environment().overlay()
        known.filters = {name: _for_samples(name, filter_) for name, filter_ in known.filters.items()}
    return known


def _for_samples(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(filter_)
    def filtered(*args: Any, **kwargs: Any) -> Any:
        sample = next((arg for arg in args if isinstance(arg, PreviewValue)), None)
        return filter_(*args, **kwargs) if sample is None else example_of_filter(name, sample)

    return filtered
