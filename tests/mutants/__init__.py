"""Mutation tests of the modules that matter most. Development only: pytest does not collect this folder.

`make mutants`, or for some modules `python -m tests.mutants hours/service.py core/states.py`, changes one thing at a
time (a guard, a bound, a condition of a query, an audit, an email, a commit) and runs the tests that execute the
changed statement. A mutant that no test notices survives: write a test, or give the reason why nobody could notice
it in `equivalent.toml`. `--sample 20` tries that many mutants of each module; `--function NAME` those of one
function, `--again` those that the last run left alive.

Locks do nothing on SQLite, so their mutants are made with `--database=postgresql` alone, where the races meet them.

How it works: `measure.py` runs the tests once on sources with a probe before each statement and keeps in `.mutants/`
which test ran which statement. A run works in temporary copies of the tree, one for each of two workers. `worker.py`
is a pytest plugin: it collects the tests once and forks for each mutant. The mutated file is written to the copy, for
what starts processes of its own, and the code of its functions is exchanged in the fork. A mutant outside any function
gets a new process.
"""
