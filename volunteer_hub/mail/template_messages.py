"""The translatable messages of each kind of email, extracted from its templates, and previews with example values.

A message is the first argument of `_(...)`. Messages are collected from the template's syntax tree, following
`{% extends %}` and `{% include %}`, in reading order.
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
GETTEXT_FUNCTIONS = frozenset({"_", "gettext", "ngettext"})
FLASK_GLOBALS = frozenset({"request", "session", "g"})
"""Flask's template globals that emails redefine: in an email `request` is a partner request."""


def list_kinds() -> list[str]:
    """Return every kind of email: the folders under templates/emails."""
    folder = Path(current_app.root_path, str(current_app.template_folder), FOLDER)
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def list_messages(kind: str) -> tuple[TemplateMessage, ...]:
    """Return the messages of one kind, subject first, then in reading order, each once; empty for an unknown kind."""
    return _messages(kind) if kind in list_kinds() else ()


@lru_cache(maxsize=500)
def _messages(kind: str) -> tuple[TemplateMessage, ...]:
    messages: dict[str, TemplateMessage] = {}
    for part in ("subject", "body"):
        for msgid, is_label in _walk(_tree(f"{FOLDER}/{kind}/{part}.txt"), {}):
            message = messages.get(msgid, TemplateMessage(msgid))
            messages[msgid] = TemplateMessage(
                msgid, message.in_subject or part == "subject", message.is_label or is_label
            )
    return tuple(messages.values())


def _environment() -> Environment:
    return current_app.jinja_env


def _tree(name: str) -> nodes.Template:
    env = _environment()
    assert env.loader is not None  # noqa: S101 -- Flask always has one
    return env.parse(env.loader.get_source(env, name)[0])


def _walk(tree: nodes.Template, blocks: dict[str, nodes.Block]) -> Iterator[tuple[str, bool]]:
    """Yield (msgid, whether it is a label) in reading order. `blocks` are the overrides of child templates."""
    parent = next(tree.find_all(nodes.Extends), None)
    if parent is None:
        yield from _walk_node(tree, blocks)
        return
    own = {block.name: block for block in tree.find_all(nodes.Block)}
    assert isinstance(parent.template, nodes.Const)  # noqa: S101 -- emails extend a template by a constant name
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
    if not isinstance(call.node, nodes.Name) or call.node.name not in GETTEXT_FUNCTIONS:
        return []
    texts = call.args[: 2 if call.node.name == "ngettext" else 1]
    return [text.value for text in texts if isinstance(text, nodes.Const)]


def _labels(output: nodes.Output) -> set[int]:
    """Return the ids of the children of an output node that directly precede a colon."""
    pairs = zip(output.nodes, output.nodes[1:], strict=False)
    return {id(node) for node, after in pairs if isinstance(after, nodes.TemplateData) and after.data.startswith(":")}


def render_preview(
    kind: str, own: dict[str, str], *, to: Any, link: Callable[[str], str], usual: bool = True
) -> tuple[str, str]:
    """Return subject and text with example values, the programme's own texts marked.

    Templates branch on values: with `usual` every PreviewValue is true, without it false.
    """
    env = _preview_environment()
    context: dict[str, Any] = {name: PreviewValue((name,), usual=usual) for name in _variable_names(kind)}
    context |= {
        "_": _gettext_with_marks(own),
        "gettext": _gettext_with_marks(own),
        "ngettext": _ngettext_with_marks(own),
        "to": to,
        "link": lambda _path: link("/"),
        "url_for": lambda *_args, **_values: "/",
        "at": lambda _instant: example_of_filter("moment", None),
        "service_name": current_app.config["SERVICE_NAME"],
    }
    subject = plain_text.sanitise_header(env.get_template(f"{FOLDER}/{kind}/subject.txt").render(context))
    return subject, env.get_template(f"{FOLDER}/{kind}/body.txt").render(context).strip() + "\n"


def _gettext_with_marks(own: dict[str, str]) -> Callable[..., str]:
    def gettext(message: str, **values: Any) -> str:
        text = wording_rules.mark_own_text(own[message]) if message in own else i18n.translate(message)
        return text % values if values or "%" in text else text

    return gettext


def _ngettext_with_marks(own: dict[str, str]) -> Callable[..., str]:
    def ngettext(_singular: str, plural: str, number: Any, **values: Any) -> str:
        return _gettext_with_marks(own)(plural, num=number, **values)

    return ngettext


def _variable_names(kind: str) -> set[str]:
    """Return the variables that the templates of a kind use beyond the globals."""
    names = set(FLASK_GLOBALS)  # Jinja does not report them as undeclared
    queue = [f"{FOLDER}/{kind}/{part}.txt" for part in ("subject", "body")]
    while queue:
        tree = _tree(queue.pop())
        names |= meta.find_undeclared_variables(tree)
        queue += [name for name in meta.find_referenced_templates(tree) if name]
    return names


def _preview_environment() -> Environment:
    """Return the Jinja environment whose filters also accept PreviewValues; built once per application."""
    env: Environment | None = current_app.extensions.get("preview_environment")
    if env is None:
        env = current_app.extensions["preview_environment"] = _environment().overlay()
        env.filters = {name: _accept_preview_values(name, filter_) for name, filter_ in env.filters.items()}
    return env


def _accept_preview_values(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(filter_)
    def apply(*args: Any, **kwargs: Any) -> Any:
        value = next((arg for arg in args if isinstance(arg, PreviewValue)), None)
        return filter_(*args, **kwargs) if value is None else example_of_filter(name, value)

    return apply
