"""Realistic notes without any patient, and NHS numbers of the test range in many layouts; the same for the same seed.

The notes measure false stops: what volunteers, partners and coordinators write, with telephone numbers, invoices,
ISBNs, registrations, dates of workshops and names of staff. No note is about a person's care.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

NOTES = (
    "Call me on {phone} before the session on {date}.",
    "My number is {phone}, WhatsApp too.",
    "{staff}, {phone}, would like to join the {topic} workshop.",
    "Ring the ward on {phone} after 14:00 and ask for {staff}.",
    "Prepared the slides on {topic} for {date}, {hours} hours.",
    "{hours} hours with {count} nurses on {topic}; {staff} took part.",
    "Session {small} of {count}: {topic}, {date}, {time} London.",
    "Next session {date} at {time}, meeting ID {ten}, passcode {six}.",
    "Zoom meeting ID {eleven}; the recording follows.",
    "Invoice {ten} for {count} pulse oximeters, {money}.",
    "Invoice no. {spaced} paid on {date}.",
    "Purchase order {ten}: gloves and masks, {money}.",
    "Grant {ten}, report due by {date}.",
    "Courier tracking {ten}, expected on {date}.",
    "Bank account {ten}, sort code {sort}, in the hospital's name.",
    "Serial no. {ten} on the concentrator, asset tag {six}.",
    "ISBN {isbn}, chapters {small} to {count}.",
    "ISBN {ten} is the handbook on {topic}.",
    "doi 10.1136/{doi}, for the journal club on {date}.",
    "https://doi.org/10.1016/{ten} explains {topic}.",
    "PMID {eight}: please read it before {date}.",
    "GMC {seven}, looked up on {date}.",
    "NMC PIN {pin}, in date until {date}.",
    "HCPC {hcpc}, register looked up on {date}.",
    "DBS certificate {twelve}, seen on {date}, paper kept by the trust.",
    "Safeguarding level 3, certificate of {date}, HR folder {small}.",
    "Postcode {postcode}, education centre, room {count}.",
    "Version {small}.{small}.{count} of the {topic} protocol, dated {date}.",
    "We saw {many} patients last month, {count} of them with sepsis.",
    "{count} women and {count} children came to the {topic} day on {date}.",
    "Average age {count}, n = {many}, mortality fell from {percent} to {percent}.",
    "A child with {ill}: what would you teach the nurses to look for first?",
    "A woman in her thirties with {ill}; we discussed what the guideline says.",
    "We talked about a patient with {ill}, without anything that tells who it was.",
    "{staff} and {staff} wrote the {topic} chart; the review date is {date}.",
    "{initials_staff} leads, {initials_staff} comments, minutes by {staff}.",
    "Mr {surname} from the workshop repairs the autoclave on {date}.",
    "Mrs {surname} will lead the session on {topic} on {date}.",
    "{name} joins from the district and speaks French.",
    "Patient safety workshop on {date}, {count} places.",
    "Mother and child health week from {date}.",
    "Care of the newborn: course of {small} sessions, begins on {date}.",
    "Patient flow in the outpatient department: {many} a day, {count} rooms.",
    "We need {money} a year for oxygen; the quote is dated {date}.",
    "Rate on {date}: 1 GBP = {many} UGX.",
    "Data bundles for {small} weeks, receipt {ten}.",
    "Available Mon {time}-20:00 and Sat 09:00-12:00, not on {date}.",
    "I worked in Malawi from 2012 to 2014; my registration number is {seven}.",
    "Reflection: next time I send the slides on {topic} before the session.",
    "The partner says that the {topic} chart is used on every shift.",
    "Declined, because the hours do not fit until {date}.",
    "Objective: {count} nurses pass the {topic} test by {date}.",
    "Facility code {ten} in DHIS2 reports late again.",
    "Batch {ten} of the test kits expires {date}.",
    "Ward {small} asks for teaching on {topic}; {count} beds, {small} nurses a shift.",
    "Population of the district {many},000; {count} health centres.",
    "Formation sur {topic} le {date}, facture {ten}.",
    "Reunião no dia {date}, telefone {phone}.",
    "Mafunzo tarehe {date}, simu {phone}.",
    "Pre-test {percent}, post-test {percent}, n = {count}; readings {readings}.",
)
SURNAMES = (
    "Okello",
    "Banda",
    "Phiri",
    "Auma",
    "Mwangi",
    "Sharma",
    "Tembo",
    "Diallo",
    "Mensah",
    "Hassan",
    "Clarke",
    "Evans",
)
FIRST = ("Mary", "John", "Grace", "Peter", "Esther", "Amina", "Moses", "Ruth", "David", "Sarah")
TITLES = ("Dr", "Sister", "Prof.", "Nurse", "Matron")
TOPICS = (
    "triage",
    "sepsis",
    "infection control",
    "newborn resuscitation",
    "wound care",
    "oxygen therapy",
    "patient safety",
    "record keeping",
)
ILL = ("severe malnutrition", "pre-eclampsia", "a cough for two months", "burns", "asthma", "shock", "severe anaemia")
MONTHS = ("January", "Feb", "March", "April", "May", "June", "July", "Aug", "September", "Oct", "November", "Dec")


class NoteValues:
    """Random values for the gaps of the templates."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 -- reproducible, not secret

    def digits(self, number: int) -> str:
        """That many digits."""
        return "".join(self.chance.choice("0123456789") for _ in range(number))

    def pick(self, choices: tuple[str, ...]) -> str:
        """One of them."""
        return self.chance.choice(choices)

    def phone(self) -> str:
        """A telephone: of drama ranges in the United Kingdom, of any shape elsewhere."""
        return self.pick(
            (
                f"07700 900{self.digits(3)}", f"01632 960{self.digits(3)}", f"+44 7700 900{self.digits(3)}",
                f"0772 {self.digits(6)}", f"07{self.digits(8)}", f"0{self.digits(3)} {self.digits(3)} {self.digits(3)}",
                f"+256 7{self.digits(2)} {self.digits(6)}", f"+254 7{self.digits(2)} {self.digits(3)} {self.digits(3)}",
                f"+1 415 555 {self.digits(4)}", f"+91 9{self.digits(4)} {self.digits(5)}", f"0803 {self.digits(3)} {self.digits(4)}",
            )
        )  # fmt: skip

    def date(self) -> str:
        """A day of the years around, in one of the usual forms."""
        day, month, year = self.chance.randint(1, 28), self.chance.randint(1, 12), self.chance.randint(2025, 2028)
        return self.pick(
            (
                f"{day:02}/{month:02}/{year}", f"{day}/{month}/{year}", f"{year}-{month:02}-{day:02}",
                f"{day} {MONTHS[month - 1]} {year}", f"{day} {MONTHS[month - 1]}", f"{day}.{month}.{year}",
            )
        )  # fmt: skip

    def values(self) -> dict[str, Callable[[], str]]:
        """What each gap of a template is filled with."""
        number, digits = self.chance.randint, self.digits
        return {
            "phone": self.phone, "date": self.date,
            "staff": lambda: f"{self.pick(TITLES)} {self.pick(SURNAMES)}",
            "initials_staff": lambda: f"{self.pick(TITLES)} {self.pick(tuple('ABGJKMT'))}.{self.pick(tuple('BCJKOPS'))}.",
            "name": lambda: f"{self.pick(FIRST)} {self.pick(SURNAMES)}", "surname": lambda: self.pick(SURNAMES),
            "topic": lambda: self.pick(TOPICS), "ill": lambda: self.pick(ILL),
            "hours": lambda: self.pick(("1", "1.5", "2", "2.25", "3")), "time": lambda: f"{number(7, 20):02}:{self.pick(('00', '15', '30'))}",
            "small": lambda: str(number(1, 9)), "count": lambda: str(number(10, 60)), "many": lambda: str(number(200, 9000)),
            "percent": lambda: f"{number(1, 99)}.{number(0, 9)}%", "money": lambda: f"UGX {number(1, 9)},{digits(3)},000",
            "six": lambda: digits(6), "seven": lambda: digits(7), "eight": lambda: digits(8), "ten": lambda: digits(10),
            "eleven": lambda: f"{digits(3)} {digits(4)} {digits(4)}", "twelve": lambda: digits(12),
            "spaced": lambda: f"{digits(3)} {digits(3)} {digits(4)}", "sort": lambda: f"20-{digits(2)}-{digits(2)}",
            "isbn": lambda: f"978-0-{digits(2)}-{digits(6)}-{digits(1)}", "doi": lambda: f"bmjgh-{number(2010, 2027)}-{digits(6)}",
            "pin": lambda: f"{digits(2)}A{digits(4)}E", "hcpc": lambda: f"PH{digits(6)}",
            "postcode": lambda: f"SE{number(1, 9)} {number(1, 9)}QQ",
            "readings": lambda: " ".join(f"{number(30, 41)}.{number(0, 9)}" for _ in range(5)),
        }  # fmt: skip


class _Filled(dict[str, Callable[[], str]]):
    def __getitem__(self, key: str) -> str:  # type: ignore[override]
        return super().__getitem__(key)()


def realistic_notes(count: int, *, seed: int) -> Iterator[str]:
    """Notes of one to three sentences."""
    note_values = NoteValues(seed)
    values = _Filled(note_values.values())
    for _ in range(count):
        sentences = note_values.chance.sample(NOTES, note_values.chance.choice((1, 1, 2, 3)))
        yield " ".join(sentence.format_map(values) for sentence in sentences)


FRAMES = (
    "NHS number {}", "NHS no. {} please", "Patient {} reviewed", "{}", "see {} again", "Notes of {} discussed on Tuesday",
    "Two sisters, one of them {}, came", "bed 4: {}", "case {} for the session", "({}) improved", "re: {}", "{}, 34 y/o, fits",
    "Hospital number {}", "dear colleague, {} is stable", "Le dossier {} est ouvert", "MRN {}", "{} / {}",
    "The lady with eclampsia\n{}\nwas transferred", "results for {} attached", "id={}",
)  # fmt: skip
LAYOUTS = (
    "{0} {1} {2}", "{0}-{1}-{2}", "{0}.{1}.{2}", "{0}/{1}/{2}", "{0}\u00a0{1}\u00a0{2}", "{0}\u2009{1}\u2009{2}",
    "{0}\u2013{1}\u2013{2}", "{0}\u2011{1}\u2011{2}", "{0}  {1}  {2}", "{0} - {1} - {2}", "{0}_{1}_{2}", "{0}\u200b {1} {2}",
)  # fmt: skip
SCRIPTS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９")


def nhs_number(chance: random.Random) -> str:
    """A number of the test range 999 with its check digit: it belongs to nobody, ever."""
    while True:
        nine = "999" + "".join(chance.choice("0123456789") for _ in range(6))
        check = (11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11) % 11
        if check < 10 and len(set(nine)) > 1:
            return f"{nine}{check}"


def numbers_in_layouts(count: int, *, seed: int) -> Iterator[str]:
    """Sentences that hold an NHS number of the test range, laid out in one of the usual ways or an unusual one."""
    chance = random.Random(seed)  # noqa: S311 -- reproducible, not secret
    for _ in range(count):
        number = nhs_number(chance)
        laid_out = chance.choice(LAYOUTS).format(number[:3], number[3:6], number[6:])
        script = chance.choice(SCRIPTS) if chance.random() < 0.15 else SCRIPTS[0]
        yield chance.choice(FRAMES).replace("{}", laid_out.translate(str.maketrans(SCRIPTS[0], script)))
