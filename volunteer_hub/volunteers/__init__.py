"""Volunteers: profile, skills, availability, readiness.

A volunteer is matchable only while `ready` and `ready_until_on` is not past: every required check
met and in date. The profile is saved section by section; `rules.missing` says what is still open.
"""
