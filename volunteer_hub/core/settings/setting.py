"""One setting: declared once as an attribute of a class, read from an environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from volunteer_hub.core.settings.kinds import SettingKind

T = TypeVar("T")
MAX_QUOTED_LENGTH = 60


class SettingError(RuntimeError):
    """Settings are missing or unsafe: `findings` has one sentence for each, which says what to set."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


@dataclass
class SettingDescriptor:
    """What a setting is for, its kind and its default. As an attribute it gives the default.

    `secret` keeps the value out of findings. `default_text` is the default in words, where the value says little.
    """

    default: Any
    kind: SettingKind
    purpose: str
    secret: bool = False
    default_text: str = ""

    def __get__(self, instance: object, owner: type) -> Any:
        return self.default

    def describe_invalid(self, name: str, text: str) -> str:
        """What is wrong with `text`, in one sentence."""
        said = "cannot be read" if self.secret or not text.isprintable() else f"is {text[:MAX_QUOTED_LENGTH]}"
        return f"{name} {said}: set {self.kind.hint}"


def setting(default: T, kind: SettingKind, purpose: str, *, secret: bool = False, default_text: str = "") -> T:
    """Declare a setting as a class attribute; type checkers see the type of its default."""
    return cast("T", SettingDescriptor(default, kind, purpose, secret, default_text))


def list_settings(owner: type) -> dict[str, SettingDescriptor]:
    """All settings that a class and those above it declare, by name, in the order of the source."""
    found: dict[str, SettingDescriptor] = {}
    for one in reversed(owner.__mro__):
        found |= {name: value for name, value in vars(one).items() if isinstance(value, SettingDescriptor)}
    return found


def read(target: object, environment: Mapping[str, str]) -> Iterator[str]:
    """Set on `target` what the environment gives and yield a finding for each text that cannot be read.

    An empty text counts as not set. A default that a subclass replaced stays where the environment gives nothing.
    """
    for name, one in list_settings(type(target)).items():
        text = environment.get(name, "").strip()
        if not text:
            continue
        try:
            setattr(target, name, one.kind.parse(text))
        except ValueError:
            yield one.describe_invalid(name, text)


def documentation_rows(owner: type) -> Iterator[str]:
    """The rows of docs/operating.md: name, default, what it takes, what it is for."""
    for name, one in list_settings(owner).items():
        value = int(one.default) if isinstance(one.default, bool) else one.default
        default = one.default_text or f"`{value}`"
        yield f"| `{name}` | {default} | {one.kind.hint} | {one.purpose} |"
