"""Keep patient-identifiable data out: screen posted text, store acknowledged warnings, show them to staff.

`guard` screens every posted form; core/forms.py calls it through `register_text_check`. `service` checks text that
arrives by another way (imports, commands, file names). The detection itself is the package `patient_check`.
Only the codes of a warning are stored, never the text.
"""
