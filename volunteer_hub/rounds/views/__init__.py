"""The pages of rounds, of their results and of a programme's settings."""
