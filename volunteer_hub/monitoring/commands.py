"""`flask check`: settings and machine, to run before the service goes live."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from volunteer_hub.monitoring import mail_server, queries, rules


@click.command("check")
@click.option("--mail", is_flag=True, help="Connect to the mail server too; nothing is sent.")
@with_appcontext
def check(mail: bool) -> None:
    """Check settings, database and folder: one line for each finding, exit 1; 0 when there is none.

    Settings come first: wsgi.py refuses unsafe ones in the same form before this command is reached.
    """
    findings = list(rules.database_findings(queries.database_facts()))
    if not findings and not queries.has_reference_data():
        findings.append("The pick-lists are empty: run flask reference load.")
    if not queries.can_write_files():
        findings.append(
            f"No file can be written in INSTANCE_PATH ({current_app.config['INSTANCE_PATH']}): "
            "create the folder, owned by the user that runs the service."
        )
    if mail:
        findings += mail_server.findings()
    for line in findings:
        click.echo(line, err=True)
    if findings:
        click.get_current_context().exit(1)
    click.echo(f"No problems found ({current_app.config['ENVIRONMENT']}, {queries.database_name()}).")
