"""One setting: declared once as a class attribute, read from the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from volunteer_hub.core.settings.kinds import SettingKind

T = TypeVar("T")
MAX_QUOTED_LENGTH = 60


class SettingError(RuntimeError):
    """Settings are missing or unsafe. `findings` has one sentence for each, which says what to set."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


@dataclass
class SettingDescriptor:
    """A setting's default, kind and purpose. Access as a class attribute returns the default.

    `secret` keeps the value out of findings. `default_text` replaces the default in the documentation.
    """

    default: Any
    kind: SettingKind
    purpose: str
    secret: bool = False
    default_text: str = ""

    def __get__(self, instance: object, owner: type) -> Any:
        return self.default

    def describe_invalid(self, name: str, text: str) -> str:
        """Return one sentence that says what is wrong with `text` and what to set."""
        problem = "cannot be read" if self.secret or not text.isprintable() else f"is {text[:MAX_QUOTED_LENGTH]}"
        return f"{name} {problem}: set {self.kind.hint}"


def setting(default: T, kind: SettingKind, purpose: str, *, secret: bool = False, default_text: str = "") -> T:
    """Declare a setting as a class attribute. Type checkers see the type of its default."""
    return cast("T", SettingDescriptor(default, kind, purpose, secret, default_text))


def list_settings(owner: type) -> dict[str, SettingDescriptor]:
    """Return the settings of a class and its bases by name, in source order."""
    settings: dict[str, SettingDescriptor] = {}
    for cls in reversed(owner.__mro__):
        settings |= {name: value for name, value in vars(cls).items() if isinstance(value, SettingDescriptor)}
    return settings


def read(target: object, environment: Mapping[str, str]) -> Iterator[str]:
    """Set the attributes of `target` from the environment; yield a finding for each invalid text.

    An empty text counts as not set; the default of the class, or of a subclass that overrides it, then remains.
    """
    for name, descriptor in list_settings(type(target)).items():
        text = environment.get(name, "").strip()
        if not text:
            continue
        try:
            setattr(target, name, descriptor.kind.parse(text))
        except ValueError:
            yield descriptor.describe_invalid(name, text)


def documentation_rows(owner: type) -> Iterator[str]:
    """Yield the rows of the table in docs/operating.md: name, default, accepted values, purpose."""
    for name, descriptor in list_settings(owner).items():
        value = int(descriptor.default) if isinstance(descriptor.default, bool) else descriptor.default
        default = descriptor.default_text or f"`{value}`"
        yield f"| `{name}` | {default} | {descriptor.kind.hint} | {descriptor.purpose} |"
