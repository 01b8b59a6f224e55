"""`flask check`: the settings and the machine, before people meet the service."""

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
    found = list(rules.database_findings(queries.database_facts()))
    if not found and not queries.has_reference_data():
        found.append("The pick-lists are empty: run flask reference load.")
    if not queries.can_write_files():
        found.append(
            f"No file can be written in INSTANCE_PATH ({current_app.config['INSTANCE_PATH']}): "
            "create the folder, owned by the user that runs the service."
        )
    if mail:
        found += mail_server.findings()
    for line in found:
        click.echo(line, err=True)
    if found:
        click.get_current_context().exit(1)
    click.echo(f"No problems found ({current_app.config['ENVIRONMENT']}, {queries.database_name()}).")
