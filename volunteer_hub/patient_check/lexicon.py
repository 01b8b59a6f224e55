"""The patterns of the patient check, over lower-case text without accents.

Mainly English, with common terms in French, Portuguese, Spanish and Swahili. Every repetition is bounded, so that no
text can make a pattern slow.
"""

from __future__ import annotations

import re

NUMBER_WORD = r"(?:no|nr|num|number|n[o°]|numero|namba)"
"""Words for "number"; `nº` is normalised to `no`."""

NHS = re.compile(rf"n\.?\s?h\.?\s?s\.?[\s_-]{{0,2}}(?:{NUMBER_WORD}s?|id|#)?(?![a-z])")
CHI = re.compile(
    rf"\bchi[\s_-]?(?:{NUMBER_WORD}s?\b|id\b|[:#=]|(?=\s?\(?[0-9]{{6}}))|\bcommunity health index\b(?:\s?{NUMBER_WORD}\b)?"
)
HC = re.compile(
    rf"\bh\s?(?:&|and)\s?c[\s_-]?(?:{NUMBER_WORD}s?\b|[:#=]|(?=\s?[0-9]{{3}}))|\bhcn\b|\bhealth (?:and|&) care {NUMBER_WORD}\b"
)

_CARE = (
    r"(?:patient|pt|baby|inpatient|outpatient|in-patient|out-patient|case ?note|mgonjwa|paciente|doente|utente|malade)"
)
HOSPITAL = re.compile(
    rf"\bmrn(?![a-z])|\bm\.r\.n\b|\b(?:medical|health|clinical) records? (?:{NUMBER_WORD}|id)\b|\bemr (?:{NUMBER_WORD}|id)\b"
    rf"|\bhosp(?:ital)?\.?\s?(?:{NUMBER_WORD}|id|ref)\b|\bhn\s?{NUMBER_WORD}\b"
    rf"|\b{_CARE}(?:'s|s)?[\s_-]?(?:unique\s)?(?:{NUMBER_WORD}|id|identifier|ref|reference|file|code|card|folder|chart)(?:\s{NUMBER_WORD})?\b"
    rf"|\b(?:opd|ipd|opip|anc|nicu|picu|maternity|ward|in-?patient|out-?patient|admission|chart|casenote|case note)"
    rf"\s?(?:card|book|file|register|reg|record)?\s?{NUMBER_WORD}\b"
    rf"|\b{NUMBER_WORD}\s(?:de\s|du\s|do\s|da\s|ya\s|of the\s|de la\s|del\s)(?:dossier|patient|utente|doente|paciente|processo|"
    rf"historia clinica|mgonjwa|faili)\b|\bdossier (?:medical )?{NUMBER_WORD}\b|\bprocesso (?:clinico )?{NUMBER_WORD}\b"
    rf"|\bhistoria clinica\s?{NUMBER_WORD}?\b"
)
LABEL_NEAR_PERSON = re.compile(
    rf"\b(?:ip|op|file|folder|card|book|case|lab|specimen|clinic|register|unit|tb|art|hiv|medical)\s?{NUMBER_WORD}\b"
)
PERSONAL = re.compile(
    r"\b(?:national (?:id|identity)(?: card| number| no)?|nin|passport|aadhaar|id card|health card|nhif|ghana card|"
    r"voter'?s? (?:id|card)|insurance|omang|carte d'identite|bilhete de identidade|cedula)"
    rf"(?:\s?{NUMBER_WORD})?\b(?:\s(?:of|for) (?:the|this|my|our) (?:patient|child|mother|baby|woman|man|girl|boy))?"
)
NOT_A_PATIENTS = re.compile(r"\b(?:volunteer|nurse|doctor|staff|midwife|trainer|traveller|visa|my|your)(?:'s)?\s")

FILLER = re.compile(r"(?:[\s:;.,#=(\[\"'*_/-]|(?:is|was|ni|e|est|es|no|nr|number)\b){0,6}")
ABOUT_TEN_DIGITS = re.compile(r"[0-9](?:[\s./_·-]{0,3}[0-9]){6,11}(?![0-9])")
TEN_DIGITS = re.compile(r"[0-9]{3}[\s./_·-]{0,3}[0-9]{3}[\s./_·-]{0,3}[0-9]{4}(?![0-9])")
CODE = re.compile(r"[a-z]{0,5}[-/. ]?[0-9][0-9a-z]{0,12}(?:[-/.][0-9a-z]{1,10}){0,3}")
COUNT_UNIT = re.compile(
    r"\s?(?:%|(?:new )?(?:patients|beds|cases|women|people|children|mothers|births|a day|per|ml|mg|kg)\b)"
)

PHONE = (
    r"phone|mobile|tel|telephone|telefone|telefono|simu|cell|whats ?app|fax|hotline|switchboard|landline|airtel|mtn|m-?pesa|"
    r"extension|bleep|pager|sms|numero de tel"
)
_CODES = (
    r"isbn|issn|doi|pmid|pmcid|orcid|invoice|facture|fatura|factura|grant|tracking|courier|parcel|shipment|consignment|awb|"
    r"waybill|zoom|webinar|passcode|a/c|acct|iban|swift|sort code|purchase order|po|quotation|receipt|voucher|serial|s/n|batch|"
    r"catalogue|asset|barcode|gmc|nmc|hcpc|gphc|gdc|registration|licence|license|charity|vat|tin|tax|facility|ods|dhis2|"
    r"cheque|isrctn|nct|gps|coordinates|ugx|kes|tzs|zmw|mwk|ngn|ghs|rwf|etb|usd|gbp|eur|francs?|shillings?|kwacha|naira|"
    r"birr|cedis?|meticais|dollars?|pounds?|euros?|population|postcode|p\.?o\.? box|meeting id|bank account"
)
OTHER_NUMBER = re.compile(rf"\b(?:{PHONE}|{_CODES})\b|[$£€]|https?:|www\.")
"""Labels of other numbers. They count from a distance, unless the text between is about a person."""
ABOUT = re.compile(
    r"\b(?:about|regarding|concerning|re|discuss\w{0,4}|case|notes|results?|lady|woman|man|child|baby|boy|girl|bed|who|whose)\b"
)
RIGHT_BEFORE = re.compile(
    r"\b(?:call|ring|text|dial|reach|signal|ext|portable|meeting|teams|pin|bank|account|order|quote|model|part|lot|sn|tag|award|"
    r"reference|ref|company|ticket|booking|flight|policy|transaction|transfer|trial|version|build|revision|budget|total|sum|"
    r"amount|million|box|code|card ending|insurance)\b(?:[\s:.#=(]|\b(?:no|nr|number|id|is|was|me|us|him|on|at|of|code|the|ward|office)\b){1,8}$"
)
"""Everyday words that label a number only directly before it."""
RIGHT_AFTER = re.compile(
    rf"[\s,(-]{{0,3}}(?:(?:is|was|e|est|ni)\s)?(?:(?:the|my|our|your|an?|sum in)\s)?(?:[a-z]{{1,12}}\s)?(?:{PHONE}|{_CODES})\b"
)
CLINICAL = re.compile(
    r"\b(?:bed|notes|wound|x-?ray|scan|ct|mri|ecg|ward round|case|theatre|referred|referral|follow-?up|reviewed?|rash|burn|"
    r"fever|bleeding|seizures?|operated|biopsy|specimen|sample|blood|results?|diagnosis|diabetic|pregnant|labour|gravida|sepsis|"
    r"outcome|treated|treatment|oxygen|lady|gentleman|his|her|she|he)\b"
)

_COMPOUND = (
    r"(?!'s? (?:charter|council))(?![\s-](?:safety|care|flow|flows|pathway|pathways|records?|education|health|protection|groups?|"
    r"satisfaction|experience|nutrition|ward|unit|clinic|hospital|department|welfare|day|days|services?|handbook|survival|"
    r"mortality|surveys?|leaflets?|information|feedback|monitor|monitors|monitoring|data|outcomes?|centred|centered|transport|"
    r"admissions?|numbers|files|simulators?|manikins?|simulation|engagement|involvement|representatives?|advocacy|advocates?|"
    r"confidentiality|privacy|identifiable|pledge|stories|story|journey|load|turnover|volume|facing|level|contact|contacts|"
    r"and child|and newborn|and baby|and family|and infant|and mother|& child|development|rights|marriage|abuse|health|"
    r"friendly|hours?|power|made|resuscitation|resus|warmers?|scales?|weighing|cohort|triage|assessment|assessments|charts?|"
    r"identification|wristbands?|gowns?|beds?|trolleys?|support|needs|questionnaires?|interviews?|committee|forum|"
    r"association|union|guild|management|mental|examination|lifting|handling|positioning|hoists?|communication)\b)"
)
_CARE_OF = r"(?<!mother and )(?<!mother & )(?<!mother to )(?<!mother-to-)(?<!mother-and-)(?<!maternal and )(?<!be )(?<!very )(?<!sick )"
_AGE = (
    r"\b[0-9]{1,3}[\s-]?(?:years?|yrs?|months?|weeks?|days?)[\s-]old\b|\baged? [0-9]{1,3}\b|"
    r"\b[0-9]{1,3}\s?(?:y/o|yo|yrs?|ans|anos|f|m)\b|\bmiaka [0-9]{1,3}\b"
)
AGE = re.compile(_AGE)
AGE_OR_NUMBER = re.compile(_AGE + r"|,\s?[0-9]{1,2}\s?(?:[,;)]|\.(?![0-9]))|\([0-9]{1,2}\)")
CARE = re.compile(
    r"\b(?:(?:was|were|is|been|being|got|re-?)\s?admitted|admitted (?:with|on|for|in|at|from|[0-9])|readmitted|discharged|died|"
    r"deceased|passed away|stillborn|presented with|came (?:in |back )?with|diagnosed|y/o|"
    r"gravida|para [0-9]|g[0-9]p[0-9]|bed [0-9]{1,3}|was (?:treated|operated|referred|seen|transferred|delivered)|underwent|"
    r"c-section|caesarean|had (?:a |an )?(?:fit|seizure|stroke|eclampsia|fever|surgery|operation)|has (?:hiv|tb|diabetes|cancer|"
    r"malaria|eclampsia|epilepsy|aids)|hiv positive|in labour|her baby|his wound|her wound|on treatment|needs (?:surgery|dialysis)|"
    r"internad[oa]|hospitalise?e?|ingresad[oa]|falleci\w{0,3}|faleceu|decede\w?|atteinte? d|amelazwa|alilazwa|alifariki)\b"
)
PATIENT = re.compile(rf"{_CARE_OF}\b(?:patient|pt|pte|mgonjwa|paciente|doente|utente|malade){_COMPOUND}\b")
PERSON = re.compile(
    rf"{_CARE_OF}\b(?:baby|child|mother|woman|man|boy|girl|infant|neonate|newborn|lady|gentleman|toddler|twin|bebe|enfant|crianca|"
    rf"mulher|femme|fille|garcon|nino|nina|menino|menina|mujer|hombre|mtoto|mama|mwanamke|mwanaume|kijana){_COMPOUND}\b"
)
EVENT = re.compile(
    r"\b(?:workshops?|sessions?|training|trainings|meetings?|meet|deadlines?|webinars?|courses?|visits?|calls?|conferences?|due|"
    r"before|until|schedule[ds]?|next|versions?|published|dated|guidelines?|starts?|starting|certificates?|begins?|ends?|ending|modules?|"
    r"invoices?|reports?|class|classes|lectures?|teaching|taught|protocols?|zoom|teams|seminars?|talks?|presented|presentation|"
    r"exam|exams|simulation|audit|policy|formation|atelier|reuniao|reunion|taller|mafunzo|mkutano|launch|launched|comes|services|maintenance|repairs?|role|play|students?|minutes|"
    r"agenda|placement|placements|updated|review date|revised|drill|arrived?|delivered|shipment|equipment|survey|election|"
    r"holiday|rota|slides?|recording|e-?learning|conference|round|rounds|between|from [0-9]|to start|week of|month of)\b"
)

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september|october|"
    r"november|december|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|janeiro|fevereiro|"
    r"marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro|enero|febrero|marzo|mayo|junio|julio|septiembre|"
    r"octubre|noviembre|diciembre|januari|februari|machi|aprili|mei|juni|julai|agosti|septemba|oktoba|novemba|desemba)\b\.?"
)
_YEAR = r"(?:(?:19|20)[0-9]{2}|'?[0-9]{2})(?![0-9])"
DATE = re.compile(
    rf"(?<![0-9/.])(?:[0-3]?[0-9]\s?[/.-]\s?[0-3]?[0-9]\s?[/.-]\s?{_YEAR}"
    r"|(?:19|20)[0-9]{2}\s?[-/.]\s?[01]?[0-9]\s?[-/.]\s?[0-3]?[0-9](?![0-9])"
    rf"|[0-3]?[0-9](?:st|nd|rd|th|er)?[\s-]{{0,2}}(?:of |de |day of )?{_MONTH},?[\s-]{{0,2}}(?:de |of )?{_YEAR})"
    rf"|\b{_MONTH}\s?[0-3]?[0-9](?:st|nd|rd|th)?,?\s?(?:19|20)[0-9]{{2}}(?![0-9])"
)
LOOSE_DATE = re.compile(
    r"(?<![0-9])(?:[0-3]?[0-9] [01]?[0-9] (?:19|20)[0-9]{2}|[0-3][0-9][01][0-9](?:19|20)?[0-9]{2})(?![0-9])"
)
YEAR = re.compile(r"[\s:=-]{0,4}(?:19|20)[0-9]{2}(?![0-9/.-])")
BIRTH = re.compile(
    r"\bd\.?\s?o\.?\s?b\b\.?|\bdate[\s_]of[\s_]birth\b|\bbirth[\s-]?(?:date|day)\b|\bborn\b|(?<![\w-])nee? (?:le|en|a)\b|\bnee?\(e\) le\b|"
    r"\bdate de naissance\b|\bddn\b|\bdata de nasc\w{0,7}|\bd\.?n\.?\b(?=:)|\bnascid[oa]\b|\bnasceu\b|\bfecha de nac\w{0,7}|\bnacid[oa]\b|\bnacio\b|"
    r"\btarehe ya kuzaliwa\b|\balizaliwa\b|\bamezaliwa\b"
)
BORN_WORDS = frozenset({"born", "nascido", "nascida", "nacido", "nacida", "nasceu", "nacio"})
NOT_A_BIRTH = re.compile(
    r"\b(?:partnership|programme|program|project|idea|link|unit|service|college|network|charity|hospital|initiative|babies|children|"
    r"infants|neonates|those|people|women|newborns|all|collaboration|department|school|association)\b"
)
SENTENCE_END = re.compile(r"(?:^|[a-z0-9)%]{2}|\s[0-9])(?<!\bno)(?<!\bnr)(?<!\btel)(?<!\bref)[.!?]\s|\n\s?\n")
