"""Every verb of this area: the life of a round, its proposals, a programme's settings."""
