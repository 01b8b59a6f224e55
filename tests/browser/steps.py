"""What volunteers, hospitals and directors do on the way from a request to a placement, through the pages only."""

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


def open_account(person: BrowserUser, email: str, post: MailReader) -> None:
    """Follow the invitation, accept what everybody accepts, sign in."""
    person.open(post.link_for(email))
    person.choose("Your time zone", "Africa/Kampala")
    person.fill("Password", PASSWORD)
    person.tick(*PLEDGES)
    person.press("Open the account")
    person.expect_text("Your account is open")
    person.sign_in(email)


def register(volunteer: BrowserUser, email: str, post: MailReader) -> None:
    """Open an account, confirm the address by a link that acts only when pressed, sign in."""
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
    link = post.link_for(email)
    for _ in range(2):
        volunteer.open(link)
        volunteer.expect_text("Press the button to confirm")
    volunteer.press("Confirm")
    volunteer.sign_in(email)


def fill_profile(volunteer: BrowserUser, manager: str) -> None:
    """Every section, one after the other, then send it for checks."""
    volunteer.menu("My profile")
    volunteer.expect_text("Still missing")
    volunteer.follow("Your work")
    volunteer.choose("Profession", "Nurse (adult)")
    volunteer.fill("Registration number", "12A3456B")
    volunteer.choose("Employer", "Swansea Bay University Health Board")
    volunteer.fill("Band or grade", "7")
    volunteer.press("Save")
    volunteer.follow("Specialties")
    find_word(volunteer, "infectious diseases", "Add Medical › Infectious Diseases")
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


def find_word(person: BrowserUser, text: str, button: str) -> None:
    """Find a word of a curated tree and add it."""
    person.fill("A word, another name or an abbreviation", text)
    person.press("Search")
    person.press(button)


def fill_times(volunteer: BrowserUser) -> None:
    """Hours a week, and two evenings on one's own clock."""
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
    """Section by section, with a skill found by another name; preview; send."""
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
    ask_for_words(partner)
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


def ask_for_words(partner: BrowserUser) -> None:
    """A skill and a language."""
    partner.follow("Skills")
    partner.fill("Skill, such as “hand hygiene” or “triage”", "alcohol hand rub")
    partner.press("Search")
    partner.tick(SKILL, "Independently", "Required: without it nobody can help")
    partner.press("Add the skill")
    partner.expect_text("Hand hygiene")
    partner.follow("Back to the request")
    partner.follow("Languages")
    partner.choose("Language", "English")
    partner.choose("At least at this level", "B2 can work in it")
    partner.press("Add the language")
    partner.follow("Back to the request")


def send_request(partner: BrowserUser) -> None:
    """Look at it as volunteers will, and send it."""
    partner.follow("Preview and send")
    partner.expect_text("As volunteers will see it")
    partner.press("Send the request")
    partner.expect_text("With the director")


def return_request(director: BrowserUser) -> None:
    """The director finds it on the first page and asks back."""
    director.open("/start")
    director.follow(TITLE)
    director.follow("Return with questions")
    director.fill("Your words", "Which wards, please?")
    director.press("Return the request")
    director.expect_text("Returned with questions")


def answer_director(partner: BrowserUser, path: str) -> None:
    """The partner reads the question, answers in the request and sends it again."""
    partner.open(path)
    partner.expect_text("Which wards, please?")
    partner.follow("What you need")
    partner.fill("The problem, in your own words", "Nobody washes hands between beds on our two children’s wards.")
    partner.press("Save draft")
    send_request(partner)


def open_request(director: BrowserUser) -> None:
    """Open it to volunteers."""
    director.open("/start")
    director.follow(TITLE)
    director.expect_text("our two children’s wards")
    director.follow("Open to volunteers")
    director.press("Open the request")
    director.expect_text("Open")


def come_forward(volunteer: BrowserUser) -> None:
    """Find it with filters, see how it fits and both clocks, answer."""
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
    """Compare the candidates, then approve with a start and a sum."""
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


def release(manager: BrowserUser, post: MailReader, email: str) -> None:
    """The line manager answers by the link alone, without an account."""
    manager.open(post.link_for(email))
    manager.expect_text("Wendy Okoro", HOSPITAL)
    manager.tick("Yes, I release them for this")
    manager.press("Send my answer")
    manager.expect_text("Your answer is recorded")


def plan(volunteer: BrowserUser, partner: BrowserUser) -> None:
    """The volunteer changes the plan, the hospital agrees and starts it."""
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
    """From the first page, in a few taps; what cannot be is refused and nothing is lost."""
    volunteer.open("/start")
    volunteer.follow(re.compile("^Log hours"))
    volunteer.fill("Date", "2001-01-01")
    volunteer.tick("1½ hours", "Delivery")
    volunteer.fill("What you did", "Showed two ward sisters how to teach it.")
    volunteer.press("Log these hours")
    volunteer.expect_text("There is a problem")
    expect(volunteer.field("What you did")).to_have_value("Showed two ward sisters how to teach it.")


def log_hours_of(volunteer: BrowserUser, today: dt.date) -> None:
    """The same again on the true day."""
    volunteer.fill("Date", today.isoformat())
    volunteer.press("Log these hours")
    volunteer.expect_text("Logged: 1 h 30 min", "To be confirmed")


def confirm_hours(partner: BrowserUser) -> None:
    """The hospital finds them on its first page and confirms them."""
    partner.open("/start")
    partner.expect_text("Hours to confirm")
    partner.menu("Hours to confirm")
    partner.expect_text("1 h 30 min", "Showed two ward sisters how to teach it.")
    partner.press("Confirm", exact=False)
    partner.expect_text("No hours wait for you")


def read_my_hours(volunteer: BrowserUser) -> None:
    """The volunteer sees that they count."""
    volunteer.menu("My hours")
    volunteer.expect_text("1 h 30 min", "Confirmed")
