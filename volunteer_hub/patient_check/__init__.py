"""Detect what in a text identifies a patient: numbers, dates, initials and names.

Pure Python: text in, findings out. It imports nothing of ours, no Flask and no SQLAlchemy, so every area and every
script may use it. Start with `rules.find_identifiers`. `lexicon` holds the patterns, `digits` the check digits and
number ranges with their sources. docs/patient-data.md reports precision and recall.
"""
