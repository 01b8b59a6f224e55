"""What machines ask about the service: `/readyz`, `/metrics` and `flask check`.

`queries` gathers facts, `rules` turns them into findings in words. Nothing here changes anything or names a person.
"""
