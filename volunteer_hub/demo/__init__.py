"""The demonstration programme: plausible, generated, the same for the same seed.

Imported only by the command line. It calls the services wherever a service exists, so that every row has its audit
entries and its e-mails.
"""
