"""Labels, colours, help and audit texts of this area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.volunteers.states import CheckKind, CheckState, ProfileGap, ProfileSection, VolunteerState

LABELS = {
    VolunteerState.REGISTERED: _l("Filling in the profile"),
    VolunteerState.CHECKING: _l("Checks in progress"),
    VolunteerState.READY: _l("Ready"),
    VolunteerState.LAPSED: _l("A check has run out"),
    VolunteerState.PAUSED: _l("Paused"),
    VolunteerState.LEFT: _l("Left"),
    CheckKind.REGISTRATION: _l("Professional registration"),
    CheckKind.EMPLOYER_SUPPORT: _l("Employer’s support"),
    CheckKind.SAFEGUARDING: _l("Safeguarding"),
    CheckKind.INFORMATION_GOVERNANCE: _l("Information governance"),
    CheckKind.TOOLKIT: _l("Virtual volunteering toolkit"),
    CheckKind.CODE_OF_CONDUCT: _l("Code of conduct"),
    CheckState.OUTSTANDING: _l("To be checked"),
    CheckState.MET: _l("Met"),
    CheckState.NOT_MET: _l("Not met"),
    CheckState.NOT_NEEDED: _l("Not needed"),
    ProfileSection.WORK: _l("Your work"),
    ProfileSection.SPECIALTIES: _l("Specialties"),
    ProfileSection.SKILLS: _l("Skills"),
    ProfileSection.LANGUAGES: _l("Languages"),
    ProfileSection.AVAILABILITY: _l("Availability"),
    ProfileSection.GOALS: _l("Learning goals and experience"),
    ProfileSection.MANAGER: _l("Line manager"),
    ProfileGap.PROFESSION: _l("the profession"),
    ProfileGap.REGISTRATION_NUMBER: _l("the registration number"),
    ProfileGap.EMPLOYER: _l("the employer"),
    ProfileGap.SPECIALTY: _l("at least one specialty"),
    ProfileGap.SKILL: _l("at least one skill"),
    ProfileGap.LANGUAGE: _l("at least one language"),
    ProfileGap.WEEKLY_HOURS: _l("how many hours a week to give"),
    ProfileGap.MANAGER_NAME: _l("the line manager’s name"),
    ProfileGap.MANAGER_EMAIL: _l("the line manager’s e-mail address"),
}
TONES = {
    VolunteerState.REGISTERED: "grey",
    VolunteerState.CHECKING: "yellow",
    VolunteerState.READY: "green",
    VolunteerState.LAPSED: "red",
    VolunteerState.PAUSED: "grey",
    VolunteerState.LEFT: "grey",
    CheckState.OUTSTANDING: "yellow",
    CheckState.MET: "green",
    CheckState.NOT_MET: "red",
    CheckState.NOT_NEEDED: "grey",
}
CHECK_HELP = {
    CheckKind.REGISTRATION: _l("Look the number up on the regulator’s own register, and note the renewal date."),
    CheckKind.EMPLOYER_SUPPORT: _l("The line manager knows of the volunteering and supports it."),
    CheckKind.SAFEGUARDING: _l("A safeguarding course (children and adults, and PSEAH) in date."),
    CheckKind.INFORMATION_GOVERNANCE: _l("Data protection training in date."),
    CheckKind.TOOLKIT: _l("The virtual volunteering toolkit’s checklist, done."),
    CheckKind.CODE_OF_CONDUCT: _l("Accepted when registering, in the version in force."),
}
NEXT_STEPS = {
    VolunteerState.REGISTERED: _l("Fill in the sections below, in any order. When all is there, send it for checks."),
    VolunteerState.CHECKING: _l(
        "The coordinator works through the checks below. You get an e-mail when you are ready, or when something is needed from you. Meanwhile you can look round among the requests."
    ),
    VolunteerState.READY: _l("Find a request that suits you and say that you would like to help."),
    VolunteerState.LAPSED: _l(
        "A check has run out, so you cannot take on new requests. Renew it, and send the coordinator the new certificate’s number."
    ),
    VolunteerState.PAUSED: _l("You are taking a break: nothing new is offered to you. Come back whenever you like."),
    VolunteerState.LEFT: _l("You have left the programme. Write to the coordinator if you want to come back."),
}
REGISTRATION_FORMAT_HINTS = {
    "GMC": _l("GMC numbers have seven digits, like 1234567."),
    "NMC": _l("NMC PINs have two digits, a letter, four digits and a letter, like 12A3456B."),
    "HCPC": _l("HCPC numbers begin with the letters of the profession, then four to six digits, like PH12345."),
    "GDC": _l("GDC numbers have four to six digits, like 123456."),
    "GOC": _l("GOC numbers begin with 01 (optometrists) or D (dispensing opticians), like 01-12345 or D-12345."),
    "GPhC": _l("GPhC numbers have seven digits, and begin with 2 (pharmacists) or 5 (technicians)."),
}
ACTIONS = {
    "volunteer.opened": _l("began the profile"),
    "volunteer.work_changed": _l("changed work details"),
    "volunteer.specialty_added": _l("added a specialty"),
    "volunteer.specialty_removed": _l("removed a specialty"),
    "volunteer.skill_set": _l("added a skill or changed its level"),
    "volunteer.skill_removed": _l("removed a skill"),
    "volunteer.language_set": _l("added a language or changed its level"),
    "volunteer.language_removed": _l("removed a language"),
    "volunteer.availability_changed": _l("changed the availability"),
    "volunteer.window_added": _l("added free times"),
    "volunteer.window_removed": _l("removed a free time"),
    "volunteer.goals_changed": _l("changed learning goals or experience"),
    "volunteer.manager_named": _l("named the line manager"),
    "volunteer.checking": _l("set the state: checks in progress"),
    "volunteer.ready": _l("set the state: ready"),
    "volunteer.lapsed": _l("set the state: a check has run out"),
    "volunteer.paused": _l("paused"),
    "volunteer.left": _l("left"),
    "readiness_check.met": _l("recorded a check as met"),
    "readiness_check.not_met": _l("recorded a check as not met"),
    "readiness_check.not_needed": _l("recorded a check as not needed"),
    "check_setting.changed": _l("changed what is asked for"),
    "readiness_check.outstanding": _l("reopened a check, because what it was about changed"),
}
