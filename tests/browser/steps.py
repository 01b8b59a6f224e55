"""The steps of volunteers, hospitals and directors from a request to confirmed hours, through the pages only."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import expect

from tests.browser.staff_steps import HOSPITAL
from tests.support.browser import PASSWORD, BrowserUser
from tests.support.mail_catcher import MailReader

PLEDGES = (
    "I have read the code of conduct and will keep to it",
    "I will never enter anything from which a patient could be recognised",
)
TITLE = "Hand hygiene champions on four wards"
SKILL = "Infection prevention and control › Hand hygiene"


def open_account(person: BrowserUser, email: str, mail: MailReader) -> None:
    """Follow the invitation, accept the policies, sign in."""
    person.open(mail.link_for(email))
    person.choose("Your time zone", "Africa/Kampala")
    person.fill("Password", PASSWORD)
    person.tick(*PLEDGES)
    person.press("Open the account")
    person.expect_text("Your account is open")
    person.sign_in(email)


def register(volunteer: BrowserUser, email: str, mail: MailReader) -> None:
    """Open an account, confirm the address by the button behind the link, sign in."""
    volunteer.open("/")
    volunteer.follow("Become a volunteer")
    volunteer.fill("Full name", "Wendy Okoro")
    volunteer.fill("E-mail address", email)
    volunteer.fill("Password", PASSWORD)
    volunteer.press("Register")
    volunteer.expect_text("There is a problem", "Make the pledge to enter no patient data")
    expect(volunteer.field("Full name")).to_have_value("Wendy Okoro")
    volunteer.fill("Password", PASSWORD)
    volunteer.tick(*PLEDGES)
    volunteer.press("Register")
    link = mail.link_for(email)
    for _ in range(2):
        volunteer.open(link)
        volunteer.expect_text("Press the button to confirm")
    volunteer.press("Confirm")
    volunteer.sign_in(email)


def fill_profile(volunteer: BrowserUser, manager: str) -> None:
    """Fill in every section, then send the profile for checks."""
    volunteer.menu("My profile")
    volunteer.expect_text("Still missing")
    volunteer.follow("Your work")
    volunteer.choose("Profession", "Nurse (adult)")
    volunteer.fill("Registration number", "12A3456B")
    volunteer.choose("Employer", "Swansea Bay University Health Board")
    volunteer.fill("Band or grade", "7")
    volunteer.press("Save")
    volunteer.follow("Specialties")
    add_term(volunteer, "infectious diseases", "Add Medical › Infectious Diseases")
    volunteer.follow("Your profile")
    volunteer.follow("Skills")
    volunteer.fill("A word, another name or an abbreviation", "hand washing")
    volunteer.press("Search")
    volunteer.choose(f"How well: {SKILL}", "Can teach it")
    volunteer.press(f"Add {SKILL}")
    volunteer.follow("Your profile")
    volunteer.follow("Languages")
    volunteer.choose("Language", "English")
    volunteer.choose("How well", "Mother tongue")
    volunteer.press("Save")
    volunteer.follow("Your profile")
    fill_times(volunteer)
    volunteer.follow("Learning goals and experience")
    volunteer.fill("What you hope to learn", "How a ward is run with fewer people.")
    volunteer.press("Save")
    volunteer.follow("Line manager")
    volunteer.fill("Line manager’s name", "Morag Manager")
    volunteer.fill("Line manager’s e-mail address", manager)
    volunteer.press("Save")
    volunteer.follow("Send for checks")
    volunteer.press("Send for checks")
    volunteer.expect_text("Your profile is on its way", "Checks in progress")


def add_term(person: BrowserUser, text: str, button: str) -> None:
    """Search for a term of a vocabulary and add it."""
    person.fill("A word, another name or an abbreviation", text)
    person.press("Search")
    person.press(button)


def fill_times(volunteer: BrowserUser) -> None:
    """Set hours a week, and two evenings in the volunteer's time zone."""
    volunteer.follow("Availability")
    volunteer.fill("Hours you want to give in a week, at most", "4")
    volunteer.press("Save")
    volunteer.open("/profile/times")
    volunteer.tick("Tuesday", "Thursday")
    volunteer.fill("From", "16:00")
    volunteer.fill("To", "19:00")
    volunteer.press("Add")
    volunteer.menu("My profile")


def draft_request(partner: BrowserUser, today: dt.date) -> None:
    """Fill in the request section by section, with a skill found by a synonym; preview it; send it."""
    partner.menu("Requests")
    partner.follow("Ask for a volunteer")
    partner.fill("Title", TITLE)
    partner.choose("Institution and programme", HOSPITAL)
    partner.press("Save the draft")
    partner.follow("What you need")
    partner.fill(
        "The problem, in your own words", "Nobody washes hands between beds. We want to teach our own teachers."
    )
    partner.tick("Teaching")
    partner.fill("Who will learn", "ward nurses")
    partner.fill("How many of them", "24")
    partner.fill("What should be different at the end", "Two champions on each ward who teach the others.")
    partner.press("Save draft")
    add_skill_and_language(partner)
    partner.follow("Time and dates")
    partner.fill("Hours a week from each volunteer", "2")
    partner.fill("For how many weeks", "6")
    partner.fill("How many volunteers", "1")
    partner.tick("Live calls", "Within two months")
    partner.fill("Earliest start", (today + dt.timedelta(days=21)).isoformat())
    partner.fill("Last day to respond", (today + dt.timedelta(days=10)).isoformat())
    partner.press("Save draft")
    partner.follow("Times that suit you")
    partner.tick("Tuesday", "Thursday")
    partner.fill("From", "18:00")
    partner.fill("To", "22:00")
    partner.press("Add the time")
    partner.follow("Back to the request")
    partner.follow("Supervisor and cost")
    partner.fill("Who looks after the volunteer at your institution", "The matron of the children’s ward")
    partner.press("Save draft")
    send_request(partner)


def add_skill_and_language(partner: BrowserUser) -> None:
    """Add a required skill and a language."""
    partner.follow("Skills")
    partner.fill("A word, another name or an abbreviation", "alcohol hand rub")
    partner.press("Search")
    partner.choose(f"At least at this level: {SKILL}", "Independently")
    partner.choose(f"How much it matters: {SKILL}", "Required: without it nobody can help")
    partner.press(f"Add {SKILL}")
    partner.expect_text("“Hand hygiene” is added.", "Required, Independently")
    partner.follow("Back to the request")
    partner.follow("Languages")
    partner.choose("Language", "English")
    partner.choose("At least at this level", "B2 can work in it")
    partner.press("Add the language")
    partner.follow("Back to the request")


def send_request(partner: BrowserUser) -> None:
    """Preview the request as volunteers will see it, and send it."""
    partner.follow("Preview and send")
    partner.expect_text("As volunteers will see it")
    partner.press("Send the request")
    partner.expect_text("With the director")


def return_request(director: BrowserUser) -> None:
    """Find the request on the director's start page and return it with a question."""
    director.open("/start")
    director.follow(TITLE)
    director.follow("Return with questions")
    director.fill("Your words", "Which wards, please?")
    director.press("Return the request")
    director.expect_text("Returned with questions")


def answer_director(partner: BrowserUser, path: str) -> None:
    """Read the director's question, change the request and send it again."""
    partner.open(path)
    partner.expect_text("Which wards, please?")
    partner.follow("What you need")
    partner.fill("The problem, in your own words", "Nobody washes hands between beds on our two children’s wards.")
    partner.press("Save draft")
    send_request(partner)


def open_request(director: BrowserUser) -> None:
    """Open the request to volunteers."""
    director.open("/start")
    director.follow(TITLE)
    director.expect_text("our two children’s wards")
    director.follow("Open to volunteers")
    director.press("Open the request")
    director.expect_text("Open")


def apply(volunteer: BrowserUser) -> None:
    """Find the request with filters, read its fit and both time zones, apply."""
    volunteer.menu("Find requests")
    volunteer.fill("Search", "champion")
    volunteer.choose("Kind of support", "Research")
    volunteer.press("Show")
    volunteer.expect_text("No open request answers this search")
    volunteer.choose("Kind of support", "Teaching")
    volunteer.tick("Only what I can take on")
    volunteer.press("Show")
    assert "fits=1" in volunteer.path
    volunteer.follow(TITLE)
    volunteer.expect_text("How it fits you", "of 100", "London", "Kampala", "Time in common each week")
    volunteer.fill("A few words to the hospital", "I lead the hand hygiene audits at home.")
    volunteer.press("I would like to do this")
    volunteer.expect_text("The director has been told", "Waiting for the director")


def approve(director: BrowserUser, today: dt.date) -> None:
    """Compare the candidates, then approve one with a start and an allocation."""
    director.menu("Approvals")
    director.follow("Compare all candidates", exact=False)
    director.expect_text("Wendy Okoro", "All checks met and in date", "£5,000.00")
    director.follow("Approve Wendy Okoro")
    director.fill("Start", today.isoformat())
    director.fill("First objective", "Two champions on each ward teach the others.")
    director.fill("Set aside for activity and training", "300")
    director.fill("Words to the volunteer and the partner", "Welcome. Please meet this week.")
    director.press("Approve")
    director.expect_text("£300.00")


def release(manager: BrowserUser, mail: MailReader, email: str) -> None:
    """The line manager answers by the link alone, without an account."""
    manager.open(mail.link_for(email))
    manager.expect_text("Wendy Okoro", HOSPITAL)
    manager.tick("Yes, I release them for this")
    manager.press("Send my answer")
    manager.expect_text("Your answer is recorded")


def plan(volunteer: BrowserUser, partner: BrowserUser) -> None:
    """Let the volunteer change the workplan, and the hospital agree and start the placement."""
    volunteer.menu("Placements")
    volunteer.follow(TITLE)
    volunteer.expect_text("The start still waits for")
    volunteer.follow("Change the plan")
    volunteer.fill("Objective 2", "A poster in the ward’s own words.")
    volunteer.fill("How you meet", "Teams")
    volunteer.press("Save the plan")
    partner.menu("Placements")
    partner.follow(TITLE)
    partner.expect_text("A poster in the ward’s own words.", "has not agreed to this version yet")
    partner.press("Agree for the hospital")
    partner.press("Start the placement")
    partner.expect_text("The placement has started", "Active")


def log_hours(volunteer: BrowserUser) -> None:
    """Log hours from the start page on an impossible day: refused, and the form keeps what was typed."""
    volunteer.open("/start")
    volunteer.follow(re.compile("^Log hours"))
    volunteer.fill("Date", "2001-01-01")
    volunteer.tick("1½ hours", "Delivery")
    volunteer.fill("What you did", "Showed two ward sisters how to teach it.")
    volunteer.press("Log these hours")
    volunteer.expect_text("There is a problem")
    expect(volunteer.field("What you did")).to_have_value("Showed two ward sisters how to teach it.")


def correct_date(volunteer: BrowserUser, today: dt.date) -> None:
    """Correct the date and log the same hours."""
    volunteer.fill("Date", today.isoformat())
    volunteer.press("Log these hours")
    volunteer.expect_text("Logged: 1 h 30 min", "To be confirmed")


def confirm_hours(partner: BrowserUser) -> None:
    """Find the hours on the hospital's start page and confirm them."""
    partner.open("/start")
    partner.expect_text("Hours to confirm")
    partner.menu("Hours to confirm")
    partner.expect_text("1 h 30 min", "Showed two ward sisters how to teach it.")
    partner.press("Confirm", exact=False)
    partner.expect_text("No hours wait for you")


def read_my_hours(volunteer: BrowserUser) -> None:
    """Check that the volunteer's hours are shown as confirmed."""
    volunteer.menu("My hours")
    volunteer.expect_text("1 h 30 min", "Confirmed")
