"""The pages of open requests, matches, exclusions, overrides, weights and explanations."""
