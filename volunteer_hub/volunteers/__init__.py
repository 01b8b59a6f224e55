"""Volunteers: profile, skills, availability, readiness.

A volunteer can be matched only while `ready` and until `ready_until_on`: every required check is met
and in date. The profile is saved section by section; `rules.list_gaps` says what is missing.
"""
