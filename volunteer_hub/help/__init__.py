"""Help: a short guide for each role, inside the service."""
