"""The table of jobs and the process that runs them.

APScheduler only ticks. Before a job runs, its slot is inserted into `job_run` under a unique key, so each slot runs once
however many scheduler processes there are. The rows themselves are in the area `jobs`, below everything that reads them.
"""
