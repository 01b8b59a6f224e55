"""The staff's steps of the journey: set up, invite, record checks, book money."""

from __future__ import annotations

import datetime as dt
import re

from tests.support.browser import BrowserUser

PROGRAMME = "Hands across"
HOSPITAL = "Riverside Teaching Hospital"
CHECKS = (
    "Professional registration",
    "Employer’s support",
    "Safeguarding",
    "Information governance",
    "Virtual volunteering toolkit",
    "Code of conduct",
)


def set_up_programme(coordinator: BrowserUser, today: dt.date) -> None:
    """Set up a programme whose placements need the line manager's release."""
    coordinator.menu("Programmes")
    coordinator.expect_text("There is no programme yet")
    coordinator.follow("Set up a programme")
    coordinator.fill("Name", PROGRAMME)
    coordinator.fill("Funder", "Global Health Fund")
    coordinator.fill("First day", today.isoformat())
    coordinator.fill("Last day", (today + dt.timedelta(days=730)).isoformat())
    coordinator.fill("Volunteers it aims for", "40")
    coordinator.choose("Currency", "GBP")
    coordinator.fill("Usual allocation for a placement", "500")
    coordinator.tick("Yes")
    coordinator.press("Save")
    coordinator.expect_text(f"{PROGRAMME} is set up", "nobody can raise a request")


def add_institution(coordinator: BrowserUser, today: dt.date) -> None:
    """Add a hospital, and the agreement under which it may see volunteers."""
    coordinator.menu("Institutions")
    coordinator.follow("Add an institution")
    coordinator.fill("Name", HOSPITAL)
    coordinator.fill("Town", "Jinja")
    coordinator.choose("Country", "Uganda")
    coordinator.tick("Video calls usually work")
    coordinator.press("Save")
    coordinator.follow("Record an agreement")
    coordinator.fill("Reference", "DSA 2026/7")
    coordinator.fill("Signed on", today.isoformat())
    coordinator.press("Save")
    coordinator.expect_text("DSA 2026/7", "An agreement is in force")


def add_to_programme(coordinator: BrowserUser) -> None:
    """Add the new hospital to the programme."""
    coordinator.menu("Programmes")
    coordinator.follow(PROGRAMME)
    coordinator.choose("Institution", HOSPITAL)
    coordinator.press("Add")
    coordinator.expect_text(f"{HOSPITAL} takes part now")


def invite(coordinator: BrowserUser, name: str, email: str, role: str, *, place: str = "", country: str = "") -> None:
    """Send an invitation for a role."""
    coordinator.menu("People")
    coordinator.follow("Invite somebody")
    coordinator.fill("Full name", name)
    coordinator.fill("E-mail address", email)
    coordinator.tick(role)
    if place:
        coordinator.choose("Institution", place)
    if country:
        coordinator.choose("Country", country)
    coordinator.press("Send the invitation")


def record_checks(coordinator: BrowserUser, today: dt.date) -> None:
    """Find the volunteer on the readiness list and record each check with its evidence."""
    coordinator.menu("Readiness")
    coordinator.follow("Wendy Okoro")
    for kind in CHECKS:
        coordinator.follow(re.compile(f"^Record ?: {kind}$"))
        coordinator.tick("Met")
        coordinator.fill("Evidence", "Looked up")
        coordinator.fill("Checked on", today.isoformat())
        coordinator.fill("Counts until", (today + dt.timedelta(days=365)).isoformat())
        coordinator.press("Record")
        coordinator.expect_text(f"{kind} is recorded")
    coordinator.expect_text("Ready")


def book_money(finance: BrowserUser) -> None:
    """Book the grant's first instalment."""
    finance.menu("Budget")
    finance.follow("Book money received", exact=False)
    finance.fill("Amount received", "1e3")
    finance.fill("Reference", "Grant, first instalment")
    finance.press("Book it")
    finance.expect_text("There is a problem")
    finance.fill("Amount received", "5000")
    finance.press("Book it")
    finance.expect_text("£5,000.00")


def read_dashboard(coordinator: BrowserUser) -> None:
    """Check that the coordinator's start page shows the hours, and that the list of hours shows the entry."""
    coordinator.open("/start")
    coordinator.expect_text("The programme today", "Hours by month", "1.5")
    coordinator.menu("Hours")
    coordinator.expect_text("Wendy Okoro", "1 h 30 min", "Confirmed")
