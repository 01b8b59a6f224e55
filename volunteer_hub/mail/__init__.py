"""Email through an outbox: an email is a row written in the transaction of its cause; the scheduler process delivers it.

Queue emails only through `service.queue`. `delivery.deliver_due` leases rows, talks to the mail server (`smtp`) with no
transaction open, and records the result (`leases`). A row moves from queued to leased, handing_over and sent. If a
worker dies, its leased rows return to the queue; a row that was being handed over may or may not have been accepted, so
it becomes `uncertain` and a person decides. `relevance` drops emails that are outdated by the time they are due;
`bounces` records those that came back.
"""
