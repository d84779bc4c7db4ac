"""register, register-id, auth, update, and verify for flows of a tenant's own."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import click
from rich.console import Console

from cli.commands.options import connection, properties_of, submission
from cli.connection import connect
from cli.decision_table import decision_table
from cli.request import Pictures, Request, body_of, read_picture

_EXIT_CODES = "Exit code: 0 approved, 1 denied or review, 2 wrong usage or an error."


def verification_commands() -> list[click.Command]:
    return [
        _command(
            "register",
            "register",
            "Register a person by a selfie.",
            "--tenant acme --user ada --selfie ada.jpg --consent 2026-01",
        ),
        _command(
            "register-id",
            "register_with_id_card",
            "Register a person by a selfie and an ID card.",
            "--tenant acme --user ada --selfie ada.jpg --id-card passport.jpg --consent 2026-01",
        ),
        _command(
            "auth",
            "authenticate",
            "Ask whether this is the person who registered.",
            "--tenant acme --user ada --selfie now.jpg",
        ),
        _command(
            "update",
            "update",
            "Take a new picture of a registered person.",
            "--tenant acme --user ada --selfie newer.jpg",
        ),
        _command_of_any_flow(),
    ]


def _command(name: str, flow: str, summary: str, example: str) -> click.Command:
    """A command for one of baseline's flows."""
    text = f"{summary}\n\n{_EXIT_CODES}\n\nExample: countersign {name} {example}"
    return click.command(name, help=text)(submission(connection(partial(_verify, flow))))


def _command_of_any_flow() -> click.Command:
    text = (
        f"Run any flow of the tenant's policy.\n\n{_EXIT_CODES}\n\n"
        "Example: countersign verify --flow age_gate --tenant globex --user ada --id-card passport.jpg"
    )
    flow = click.option("--flow", required=True, help="The flow's name in the policy.")
    return click.command("verify", help=text)(flow(submission(connection(partial(_verify)))))


def _verify(
    flow: str,
    user_id: str,
    selfie: Path | None,
    id_card: Path | None,
    id_card_back: Path | None,
    properties: tuple[str, ...],
    consent: str | None,
    refuse_consent: bool,
    liveness_session: str | None,
    as_json: bool,
    tenant: str | None,
    url: str | None,
    key: str | None,
) -> None:
    pictures = Pictures(*map(read_picture, (selfie, id_card, id_card_back)))
    request = Request(flow, user_id, pictures, properties_of(properties), consent, liveness_session, refuse_consent)
    client = connect(tenant, url, key)
    with Console(stderr=True).status("verifying ..."):
        decision = client.verify(body_of(request, client))
    if as_json:
        click.echo(json.dumps(decision, indent=2))
    else:
        Console().print(decision_table(client.whole_decision(decision)))
    raise SystemExit(0 if decision["decision"] == "approved" else 1)
