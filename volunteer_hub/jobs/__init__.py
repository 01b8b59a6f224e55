"""Runs of scheduled jobs, as rows: when each ran, how it ended, and the scheduler's heartbeat.

Read by every area that shows how the service runs. The jobs themselves, and what writes these rows, are in `scheduler`.
"""
