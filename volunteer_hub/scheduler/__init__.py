"""The table of jobs and the process that runs them.

APScheduler only ticks. Before a job runs, its slot is inserted into `job_run` under a unique key, so
that any number of scheduler processes run each slot once (trust.md 4).
"""
