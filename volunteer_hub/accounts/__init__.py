"""People: accounts, roles with their scope, sign-in, invitations, deputies.

A session is a row (`models.UserSession`); the cookie holds only its secret. Ending the row ends the
session at once, everywhere. Secret links (confirm, reset, invitation) show on GET and act on POST,
because mail scanners open links.
"""
