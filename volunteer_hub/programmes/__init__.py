"""A programme: who funds it, how long, how many volunteers, in which currency, by which settings."""
