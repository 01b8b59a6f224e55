"""The curated words: professions, specialties, the skills tree with its synonyms, languages.

No free tags: a person finds a word in the tree (by name, synonym or abbreviation) and picks it. The
lists come from `data/`, with their sources in docs/data.md.
"""
