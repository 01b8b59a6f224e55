"""Validation of email addresses."""

from __future__ import annotations

import pytest

from volunteer_hub.core.email_address import MAX_LENGTH, parse_email


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Asha.Okello@NHS.example.org", "asha.okello@nhs.example.org"),
        ("o'brien+ward_7@trust.example.org", "o'brien+ward_7@trust.example.org"),
        ("a@xn--mgbh0fb.xn--kgbechtv", "a@xn--mgbh0fb.xn--kgbechtv"),
        ("name@hospital.xn--fiqs8s", "name@hospital.xn--fiqs8s"),
    ],
)
def test_valid_addresses_are_accepted(typed: str, expected: str) -> None:
    assert parse_email(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "asha",
        "asha@",
        "@example.org",
        "john.@example.org",
        ".john@example.org",
        "jo..hn@example.org",
        "a@x-.org",
        "a@-x.org",
        "a@example..org",
        "a@example.org.",
        "a b@example.org",
        "a@example.org, b@example.org",
        "Asha <asha@example.org>",
        '"asha"@example.org',
        "asha@[127.0.0.1]",
        "asha@localhost",
        "gone-7@erased.invalid",
        "ashä@example.org",
        "asha@еxample.org",
        "asha@ｅxample.org",
        "asha\n@example.org",
        "x" * 65 + "@example.org",
        "a@" + "x" * 60 + "." + "y." * (MAX_LENGTH // 2) + "org",
    ],
)
def test_invalid_addresses_are_refused(typed: str) -> None:
    assert parse_email(typed) is None
