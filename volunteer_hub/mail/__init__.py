"""The outbox: an email is a row in the transaction of its cause; the scheduler process delivers it.

`service.queue` is the only door in. `delivery.deliver_due` leases rows, speaks to the mail server (`smtp`) with no transaction
open, and records what it said (`leases`). A row goes queued, leased, handing_over, sent. A worker that dies gives back what it
had leased; what it was handing over may or may not have been taken: it becomes `uncertain` and a person decides.
`relevance` keeps back what has become pointless meanwhile; `bounces` notes what came back.
"""
