"""The controlled vocabulary: professions, specialties, the skills tree with its synonyms, languages.

There are no free tags: people search the terms by name, synonym or abbreviation and choose one. The lists come from
`data/`, with their sources in docs/data.md.
"""
