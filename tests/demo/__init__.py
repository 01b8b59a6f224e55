"""The demonstration programme."""
