"""Plain text, money, form fields and local paths: what is accepted and what is refused. No application needed."""

from __future__ import annotations

import datetime as dt
import posixpath
import urllib.parse
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from volunteer_hub.core import csv_export, fields, money, plain_text, template_filters
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.field_rendering import error_with_label
from volunteer_hub.core.forms import Form
from volunteer_hub.core.http import is_local

HIDDEN = ["\x00", "\x1b", "\u202e", "\u2066", "\ufeff", "\x85", "\ud800"]
NOT_PLAIN_NUMBERS = [
    "1e3",
    "NaN",
    "Infinity",
    "-1",
    "+1",
    "1_0",
    "１２",
    "٣",
    "0x10",
    "9" * 30,
    "1 000",
    " ",
    "1.2.3",
    ".",
]


@given(st.text(max_size=5))
def test_no_cell_is_a_formula(text: str) -> None:
    assert not csv_export.cell(text).startswith(csv_export.FORMULA_PREFIXES)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_clean_refuses_hidden_characters(hidden: str) -> None:
    with pytest.raises(DomainError, match="hidden control characters"):
        plain_text.clean(f"a{hidden}b", limit=10)


def test_clean_keeps_other_scripts_and_unifies_line_ends() -> None:
    assert plain_text.clean(" Zoë\r\nعلي\rمرحبا\t😀 ", limit=50) == "Zoë\nعلي\nمرحبا\t😀"


def test_clean_says_how_much_too_long() -> None:
    with pytest.raises(DomainError, match="Use 3 characters or fewer; you have used 4"):
        plain_text.clean("abcd", limit=3)


def test_search_terms_fold_accents_and_stop_at_ten() -> None:
    assert plain_text.search_terms("Çağrı-Straße, O'Neil") == ["cagr", "strasse", "o", "neil"]
    assert len(plain_text.search_terms("a " * 30)) == 10


@given(st.text())
def test_search_terms_are_plain_words_for_any_text(text: str) -> None:
    assert all(plain_text.TERM.fullmatch(term) for term in plain_text.search_terms(text))


@given(st.text())
def test_sanitised_header_is_one_line_without_encoded_words(text: str) -> None:
    safe = plain_text.sanitise_header(text)
    assert "\n" not in safe
    assert "\r" not in safe
    assert "=?" not in safe


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("250", "GBP", 25000), ("1,234.50", "GBP", 123450), ("0.01", "GBP", 1), ("5000", "UGX", 5000), ("7.0", "UGX", 7)],
)
def test_money_parse_reads_plain_amounts(text: str, currency: str, minor: int) -> None:
    assert money.parse(text, currency) == money.Money(minor, currency)


@pytest.mark.parametrize("text", [*NOT_PLAIN_NUMBERS, "1.005", "£5", ""])
def test_money_parse_refuses_everything_else(text: str) -> None:
    with pytest.raises(DomainError):
        money.parse(text, "GBP")


def test_money_parse_refuses_pence_where_there_are_none() -> None:
    with pytest.raises(DomainError, match="UGX has 0 decimal places"):
        money.parse("1.5", "UGX")


@given(st.integers(0, money.MAX_MINOR), st.sampled_from(["GBP", "USD", "UGX", "ZMW", "JPY"]))
def test_money_survives_being_written_and_read(minor: int, currency: str) -> None:
    amount = money.Money(minor, currency)
    digits = str(amount.major)
    if len(digits.split(".")[0]) <= 12:
        assert money.parse(digits, currency) == amount


class SampleForm(Form):
    """One field of each kind that reads numbers and times."""

    count = fields.IntegerField("Count", most=50)
    hours = fields.HoursField("Hours")
    day = fields.DateField("Day")
    time = fields.TimeField("Time")
    email = fields.EmailField("E-mail")
    line = fields.TextInputField("Line")
    role = fields.SingleChoiceField("Role", options=[("a", "A"), ("b", "B")])
    choices = fields.CheckboxesField("Choices", options=[("a", "A"), ("b", "B")])


def read(name: str, *texts: str) -> tuple[Any, list[str]]:
    """Return the data and the errors of a field for typed text."""
    form = SampleForm(MultiDict([(name, text) for text in texts]))
    field = form[name]
    field.validate(form)
    return field.data, [str(error) for error in field.errors]


@pytest.mark.parametrize("text", NOT_PLAIN_NUMBERS)
@pytest.mark.parametrize("name", ["count", "hours"])
def test_number_fields_refuse_what_is_not_plain_digits(name: str, text: str) -> None:
    data, errors = read(name, text)
    assert data is None
    assert len(errors) == 1


@pytest.mark.parametrize(
    ("name", "text", "data"),
    [
        ("count", "50", 50),
        ("hours", "1.5", 90),
        ("hours", "0.25", 15),
        ("day", "2027-03-27", dt.date(2027, 3, 27)),
        ("day", "27/3/2027", dt.date(2027, 3, 27)),
        ("time", "18:30", 1110),
        ("time", "24:00", 1440),
        ("email", "Ann.O'Neil@Example.org", "ann.o'neil@example.org"),
        ("line", " a \n b ", "a b"),
        ("role", "b", "b"),
    ],
)
def test_fields_parse_what_people_type(name: str, text: str, data: Any) -> None:
    assert read(name, text) == (data, [])


class QuestionForm(Form):
    """Fields whose default errors do not name their subject."""

    weeks = fields.IntegerField("How many weeks", least=1, most=52)
    hours = fields.HoursField("Hours a week")
    starts = fields.DateField("First day")
    born = fields.DateField("Date of birth", missing="Enter your date of birth")
    email = fields.EmailField("E-mail address")
    kind = fields.SingleChoiceField("Kind of support", options=[("a", "A")])
    name = fields.TextInputField("Name", limit=5)
    sum = fields.AmountField("Set aside", required=False)


def test_each_error_of_the_summary_names_its_field(app: Flask) -> None:
    with app.test_request_context():
        form = QuestionForm(MultiDict({"weeks": "x", "hours": "99", "starts": "1/1/1", "name": "too long"}))
        form.validate()
        with form.catch_domain_errors():
            money.parse("lots", "GBP", field="sum")
        messages = [error_with_label(field) for field in form if field.errors]
    assert messages == [
        "How many weeks: enter a whole number between 1 and 52",
        "Hours a week: enter hours between 0.25 and 40 in quarters, like 1.5",
        "First day: enter a real date, like 27/3/2027",
        "Enter your date of birth",
        "Enter an e-mail address",
        "Kind of support: choose one of the answers",
        "Name: use 5 characters or fewer; you have used 8",
        "Set aside: enter an amount in figures, like 250, 250.00 or 1,250.00",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("count", "51"),
        ("hours", "1.1"),
        ("hours", "41"),
        ("day", "2027-02-29"),
        ("day", "1999-12-31"),
        ("day", "9999-12-31"),
        ("day", "２０２７-03-27"),
        ("time", "24:01"),
        ("time", "12:60"),
        ("time", "9"),
        ("email", "ann"),
        ("email", "ann@example"),
        ("email", "a@b@example.org"),
        ("email", "änn@example.org"),
        ("email", "ann@exam..ple.org"),
        ("email", "ann@example.org\nbcc: x"),
        ("line", "a\x00b"),
        ("line", "a\u202eb"),
        ("line", "x" * 201),
        ("role", "c"),
        ("choices", "c"),
        ("line", ""),
        ("role", ""),
    ],
)
def test_fields_refuse_invalid_text(name: str, text: str) -> None:
    _data, errors = read(name, text)
    assert len(errors) == 1


@pytest.mark.parametrize("name", ["count", "hours", "day", "time", "email", "line"])
@given(text=st.text(max_size=60))
def test_fields_never_raise(name: str, text: str) -> None:
    data, errors = read(name, text)
    assert (data in (None, "")) == bool(errors)


def test_hidden_characters_are_not_shown_again() -> None:
    form = SampleForm(MultiDict({"line": "a\x00b\u202ec"}))
    assert form.line._value() == "abc"


def test_a_password_is_never_shown_again() -> None:
    class Secret(Form):
        secret = fields.PasswordField("Password")

    assert Secret(MultiDict({"secret": "purple"})).secret._value() == ""


@pytest.mark.parametrize(
    "path", ["/", "/requests", "/requests/12?after=a-b_c", "/people/?q=ann%20b&role=admin", "/a.b/~c"]
)
def test_is_local_accepts_our_own_paths(path: str) -> None:
    assert is_local(path)


@pytest.mark.parametrize(
    "path",
    [
        "", "//evil.example", "///evil.example", "https:evil.example", "https://evil.example", "javascript:alert(1)",
        "/\tevil.example", "\t//evil.example", "/\\evil.example", "\\\\evil.example", "/%09/evil.example", "/a//\n",
        "/\r\nSet-Cookie:x=1", "evil.example", "/@evil.example", "/a b", "/é", "/?next=//\\x", "/a#b", "/;//evil.example",
        "/.//evil.example", "/..//evil.example", "/a/..//evil.example", "/a/../..//evil.example", "/./evil", "/a//b", "/a//",
        "/.", "/..",
    ],
)  # fmt: skip
def test_is_local_refuses_the_tricks(path: str) -> None:
    assert not is_local(path)


@given(st.lists(st.sampled_from(["/", "//", ".", "..", "a", "evil.example", "?", "\\", ":"]), max_size=8).map("".join))
def test_local_path_stays_local_after_normalisation(path: str) -> None:
    if is_local(path):
        aimed = urllib.parse.urlsplit(path)
        tidied = urllib.parse.urljoin("https://ours.example/x/y", path)
        assert (aimed.scheme, aimed.netloc) == ("", "")
        assert not any("//" in form for form in (aimed.path, "/" + posixpath.normpath(aimed.path).strip("/")))
        assert "//" not in tidied.removeprefix("https://").partition("?")[0]
        assert tidied.startswith("https://ours.example/")


@pytest.mark.parametrize("typed", ["250,00", "1,5", "1,,2", "1,2345", ",250", "25,0.00"])
def test_comma_that_is_no_thousands_separator_is_refused(typed: str) -> None:
    with pytest.raises(DomainError):
        money.parse(typed, "GBP")
    assert money.parse("12,345.60", "GBP").minor == 1_234_560


@pytest.mark.parametrize("text", ["", "2027-3-7", "27/3/2027", "2027-02-29", "1999-12-31", "2101-01-01", "20270307"])
def test_invalid_filter_date_is_ignored(text: str) -> None:
    assert fields.parse_filter_date(text) is None
    assert fields.parse_filter_date("2028-02-29") == dt.date(2028, 2, 29)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (None, "—"),
        (0, "0 hours"),
        (45, "45 minutes"),
        (60, "1 hour"),
        (61, "1 hour 1 minute"),
        (90, "1 hour 30 minutes"),
        (240, "4 hours"),
    ],
)
def test_hours_are_formatted_without_decimals(app: Any, minutes: int | None, said: str) -> None:
    with app.test_request_context():
        assert template_filters.hours(minutes) == said
