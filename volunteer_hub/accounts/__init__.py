"""Accounts: people, roles with their scope, sign-in, invitations, deputies.

A session is a row (`models.UserSession`); the cookie holds only its secret token. Ending the row ends the
session at once in every browser. Pages behind emailed links (confirm, reset, invitation) only display on GET
and act on POST, because mail scanners open links.
"""
