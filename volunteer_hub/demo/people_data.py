"""Data of the demonstration: invented names and texts, published partnerships, example requests.

Pure functions: a random generator in, values out.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
COUNTRIES = ("UG", "ZM", "MW", "KE", "ET", "TZ", "SO", "GH")
"""Eight countries of the published partnerships."""
MORE_COUNTRIES = ("NP", "SV", "MM")
"""Three more countries in other time zones, for larger programmes."""
SCARCE_LANGUAGES = {"KE": "sw", "TZ": "sw", "UG": "sw", "SO": "ar", "ET": "am", "MW": "pt", "GH": "fr"}
"""A language that few volunteers speak, by the country whose requests may need it."""

UK_FIRST_NAMES = ("Aisha", "Alice", "Anjali", "Bethan", "Callum", "Chloe", "Daniel", "Dilys", "Ewan", "Farah", "Fiona", "Grace",
            "Gwen", "Hannah", "Imran", "Jack", "Joanna", "Kwame", "Leila", "Maria", "Megan", "Naomi", "Olu", "Patrick",
            "Priya", "Rhys", "Rosa", "Samuel", "Sinead", "Tomasz", "Victoria", "Yusuf", "Zoe")  # fmt: skip
UK_LAST_NAMES = ("Adeyemi", "Ahmed", "Baker", "Campbell", "Chowdhury", "Davies", "Evans", "Fernandes", "Fraser", "Green",
           "Hughes", "Iqbal", "Jones", "Kelly", "Kowalska", "Lewis", "Macdonald", "Mensah", "Morgan", "Murphy",
           "Okafor", "Patel", "Reid", "Roberts", "Shah", "Stewart", "Taylor", "Thomas", "Walker", "Wood")  # fmt: skip
HOST_FIRST_NAMES = {
    "UG": ("Agnes", "Brian", "Grace", "Moses", "Patience", "Ronald"),
    "ZM": ("Bwalya", "Chanda", "Mutale", "Mwila", "Natasha", "Thandiwe"),
    "MW": ("Chikondi", "Dalitso", "Limbani", "Mphatso", "Tadala", "Yamikani"),
    "KE": ("Achieng", "Kamau", "Mercy", "Njeri", "Otieno", "Wanjiku"),
    "ET": ("Abebe", "Almaz", "Dawit", "Hanna", "Selam", "Tesfaye"),
    "TZ": ("Amani", "Baraka", "Neema", "Rehema", "Salma", "Upendo"),
    "SO": ("Ahmed", "Amina", "Fadumo", "Hodan", "Khadra", "Mohamed"),
    "GH": ("Abena", "Akosua", "Ama", "Kofi", "Kwaku", "Yaa"),
    "NP": ("Anita", "Bishal", "Deepak", "Maya", "Sabina", "Suresh"),
    "SV": ("Ana", "Carlos", "Elena", "Jorge", "Marta", "Rafael"),
    "MM": ("Aye", "Hla", "Khin", "Min", "Su", "Zaw"),
}
HOST_LAST_NAMES = {
    "UG": ("Auma", "Kato", "Mugisha", "Nakato", "Ochieng", "Ssali"),
    "ZM": ("Banda", "Mulenga", "Mwansa", "Phiri", "Sakala", "Zulu"),
    "MW": ("Banda", "Chirwa", "Gondwe", "Kachale", "Mbewe", "Nyirenda"),
    "KE": ("Kariuki", "Maina", "Mutua", "Mwangi", "Odhiambo", "Wafula"),
    "ET": ("Alemu", "Bekele", "Desta", "Girma", "Haile", "Tadesse"),
    "TZ": ("Kimaro", "Lyimo", "Massawe", "Mushi", "Mwakyusa", "Swai"),
    "SO": ("Abdi", "Aden", "Farah", "Hassan", "Jama", "Warsame"),
    "GH": ("Addo", "Agyeman", "Asante", "Boateng", "Mensah", "Osei"),
    "NP": ("Adhikari", "Gurung", "Karki", "Rai", "Sharma", "Thapa"),
    "SV": ("Aguilar", "Flores", "Hernandez", "Lopez", "Molina", "Rivas"),
    "MM": ("Aung", "Htun", "Lwin", "Naing", "Oo", "Win"),
}
PROFESSIONS = ("doctor", "doctor", "nurse_adult", "nurse_adult", "nurse_child", "midwife", "pharmacist", "physiotherapist",
               "biomedical_scientist", "biomedical_engineer", "doctor_gp", "operating_department_practitioner")  # fmt: skip
EXPERIENCE = (
    "I teach junior staff on my ward and have run two audits of our handover.",
    "Ten years in a district hospital; I lead our simulation days.",
    "I have worked in a partner hospital for six months and still write with friends there.",
    "I run the department’s quality improvement meeting and supervise trainees.",
)
GOALS = (
    "To learn how a ward is run with fewer people and more improvisation.",
    "To practise teaching on-line, and to listen before I advise.",
    "To understand another health system and take ideas back to mine.",
    "To grow as a mentor.",
)
OFFER_MESSAGES = (
    "I have taught this for years and would love to do it with you, at your pace.",
    "We had the same trouble on our ward; I can show what helped us and what did not.",
    "I can give two evenings a week and answer by message on other days.",
    "This is just what I do at home, and I would like to learn how you do it.",
)
CHANNELS = ("Microsoft Teams", "WhatsApp and e-mail", "Zoom, with slides sent the day before", "E-mail only")


@dataclass(frozen=True)
class PublishedPartnership:
    """One published partnership, a row of data/partnerships.csv."""

    uk: str
    overseas: str
    town: str
    country: str
    theme: str


@dataclass(frozen=True)
class RequestExample:
    """One invented request, a row of data/requests_examples.csv."""

    title: str
    kind: str
    need: str
    skills: tuple[str, ...]
    specialty: str
    cadre: str
    learners: int
    minutes: int
    weeks: int
    delivery: str
    language: str


def load_partnerships() -> list[PublishedPartnership]:
    """Return the published partnerships in the demonstration's countries, one per overseas institution."""
    partnerships: dict[str, PublishedPartnership] = {}
    for row in _read("partnerships.csv"):
        if row["country_iso2"] in COUNTRIES + MORE_COUNTRIES:
            partnerships.setdefault(
                row["overseas_institution"],
                PublishedPartnership(
                    row["uk_institution"], row["overseas_institution"], row["city"], row["country_iso2"], row["theme"]
                ),
            )
    return list(partnerships.values())


def choose_partnerships(number: int) -> list[PublishedPartnership]:
    """Return up to `number` partnerships, so that each country has one before any has two.

    A large number takes from MORE_COUNTRIES too.
    """
    countries = COUNTRIES + MORE_COUNTRIES if number > 2 * len(COUNTRIES) else COUNTRIES
    by_country: dict[str, list[PublishedPartnership]] = {country: [] for country in countries}
    for partner in load_partnerships():
        if partner.country in by_country:
            by_country[partner.country].append(partner)
    rounds = [[of[n] for of in by_country.values() if n < len(of)] for n in range(max(map(len, by_country.values())))]
    return [partner for one_round in rounds for partner in one_round][:number]


def load_examples() -> list[RequestExample]:
    """Return the invented requests."""
    return [
        RequestExample(
            title=row["title"],
            kind=row["kind"],
            need=row["need"],
            skills=tuple(row["skills"].split("|")),
            specialty=row["specialty"],
            cadre=row["learners_cadre"],
            learners=int(row["learners_number"]),
            minutes=round(float(row["hours_per_week"]) * 60),
            weeks=int(row["weeks"]),
            delivery=row["delivery"],
            language=row["language"],
        )
        for row in _read("requests_examples.csv")
    ]


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def invent_uk_name(rng: random.Random) -> str:
    """Return an invented name of a UK volunteer."""
    return f"{rng.choice(UK_FIRST_NAMES)} {rng.choice(UK_LAST_NAMES)}"


def invent_host_name(rng: random.Random, country: str) -> str:
    """Return an invented name of a person in `country`."""
    return f"{rng.choice(HOST_FIRST_NAMES[country])} {rng.choice(HOST_LAST_NAMES[country])}"


def invent_registration_number(rng: random.Random, profession: str) -> str | None:
    """Return an invented number in the regulator's format; None for a profession without a register."""
    digits = f"{rng.randrange(10**6):06d}"
    if profession.startswith("doctor"):
        return "7" + digits
    if profession.startswith(("nurse", "midwife")):
        return f"{rng.randrange(10, 24)}{rng.choice('ABCDEFGHI')}{digits[:4]}{rng.choice('CEOSW')}"
    forms = {"pharmacist": "2" + digits, "physiotherapist": "PH" + digits, "biomedical_scientist": "BS" + digits}
    return forms.get(profession, "ODP" + digits if profession.startswith("operating") else None)
