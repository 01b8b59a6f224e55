"""The outbox: an e-mail is a row in the transaction of its cause; the scheduler process delivers it.

`service.queue` is the only door in. `delivery.deliver_due` leases rows, sends without holding a
lock, and records what the server said. A row whose lease ran out may or may not have been sent: it
becomes `uncertain` and a person decides (trust.md I10, I11).
"""
