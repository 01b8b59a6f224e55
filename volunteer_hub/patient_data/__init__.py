"""The guard against patient-identifiable data: what a text gives away, and who went on all the same."""
