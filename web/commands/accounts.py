"""`account create` and `token`: the first operator of an empty platform, and access for programs."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from repositories.accounts import ROLE_NAMES
from services import accounts
from web.commands.problems import told
from web.current import platform

account = AppGroup("account", help="People who sign in.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(account)
    app.cli.add_command(token)


@account.command()
@click.argument("email")
@click.option("--role", type=click.Choice(list(ROLE_NAMES)), required=True, help="What the person may do.")
@click.option("--name", default="", help="Shown on the site.")
@click.option(
    "--password", default=None, help="Asked for when it is left out (it then stays out of your history)."
)
def create(email: str, role: str, name: str, password: str | None) -> None:
    """Make an account; its address counts as confirmed."""
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with told():
        made = accounts.create(platform(), email, role, password, name)
    click.echo(f"{made.email} ({role}) can sign in.")


@click.command()
@click.argument("email")
@click.option("--name", default="命令行", help="How the token is listed on the account's page.")
@with_appcontext
def token(email: str, name: str) -> None:
    """Print a new API token of an account; it is shown this once."""
    with told():
        click.echo(accounts.issue_token(platform(), email, name))
