"""A tenant's logs against moto over the wire, and lines of the app's own log."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.store.audit import Audit
from chalicelib.store.decisions import Decisions
from chalicelib.store.items import Table
from chalicelib.store.pseudonyms import Pseudonyms
from chalicelib.store.signing import Signer
from tests.aws_server import NAMES, AwsServer


def told(message: str) -> Any:
    """What a line tells as JSON, behind whose line it is: where the app has set up its logging, that stands first."""
    return json.loads(message[message.index("{") :])


def decisions_of(server: AwsServer, tenant: str) -> Decisions:
    return Decisions(*_parts(server, tenant))


def audit_of(server: AwsServer, tenant: str) -> Audit:
    return Audit(*_parts(server, tenant))


def _parts(server: AwsServer, tenant: str) -> tuple[Table, str, Signer, Pseudonyms]:
    signer = Signer(server.aws, NAMES.signing_key)
    return Table(server.aws, NAMES.table), tenant, signer, Pseudonyms(server.aws, NAMES.table)
