"""The options that several commands share, as decorators in the order in which help shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from chalicelib.store.items import tenant_name

Command = Callable[..., Any]

PICTURE = click.Path(exists=True, dir_okay=False, path_type=Path)


class TenantName(click.ParamType[str]):
    """A name that a tenant can have, whether or not there is such a tenant."""

    name = "name"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return tenant_name(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


TENANT = click.option("--tenant", required=True, type=TenantName(), help="The tenant: the name of its policy.")


def connection(command: Command) -> Command:
    """--tenant, --url and --key."""
    for option in (
        click.option("--key", envvar="COUNTERSIGN_KEY", help="The tenant's key [env: COUNTERSIGN_KEY]."),
        click.option("--url", envvar="COUNTERSIGN_URL", help="Where the API is [env: COUNTERSIGN_URL]."),
        click.option(
            "--tenant", type=TenantName(), help="Whose key of the local service to use, when --key is not given."
        ),
    ):
        command = option(command)
    return command


def submission(command: Command) -> Command:
    """What the applicant hands in."""
    for option in (
        click.option(
            "--json", "as_json", is_flag=True, help="Print the API's answer, as an applicant may see it, as JSON."
        ),
        click.option("--liveness-session", metavar="ID", help="A finished Face Liveness session of this user."),
        click.option("--refuse-consent", is_flag=True, help="The person does not agree: record that, look at nothing."),
        click.option("--consent", metavar="VERSION", help="The version of the text that the person agreed to."),
        click.option("--property", "properties", metavar="NAME=VALUE", multiple=True, help="Claimed data; repeatable."),
        click.option("--id-card-back", type=PICTURE, help="The card's back, JPEG or PNG."),
        click.option("--id-card", type=PICTURE, help="The ID card's or passport's front, JPEG or PNG."),
        click.option("--selfie", type=PICTURE, help="JPEG or PNG."),
        click.option("--user", "user_id", required=True, help="Your name for this person, up to 128 characters."),
    ):
        command = option(command)
    return command


def properties_of(pairs: Sequence[str]) -> dict[str, str]:
    """Raises click.BadParameter for what is not NAME=VALUE."""
    found = dict[str, str]()
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE", param_hint="--property")
        found[name] = value
    return found
