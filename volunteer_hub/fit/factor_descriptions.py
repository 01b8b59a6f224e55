"""One sentence per factor of the score, for the staff who set the weights."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.fit.rules import Factor

SOURCE_URL = "https://globalizationandhealth.biomedcentral.com/articles/10.1186/s12992-018-0329-x"
FACTOR_DESCRIPTIONS = {
    Factor.LANGUAGE: _l(
        "How well the volunteer speaks the best of the languages asked for. 288 host organisations in 68 countries found it the strongest sign of effective help, so it never weighs less than experience."
    ),
    Factor.SKILLS: _l("How many of the skills asked for are held, and at which level; required ones count twice."),
    Factor.OVERLAP: _l("How much time the two have in common, on both clocks, in the weeks of the work."),
    Factor.SPECIALTY: _l("The specialty asked for counts whole, another one of its group half."),
    Factor.HOURS: _l("Whether the free hours a week leave room beyond those asked for."),
    Factor.DURATION: _l("For how many of the weeks the volunteer is there."),
    Factor.EXPERIENCE: _l("An employer that is the hospital’s partner, and placements seen through here."),
    Factor.GOALS: _l("Whether it is a kind of support in which the volunteer wants to grow."),
    Factor.URGENCY: _l("How urgent the request is."),
    Factor.WAITING: _l("For how long the request has been open; eight weeks count whole."),
    Factor.FAIRNESS: _l("A volunteer without a match yet, and a hospital that has had the fewest."),
}
