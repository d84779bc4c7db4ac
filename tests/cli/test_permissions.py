"""What `docs/operations.md` says that operators' commands need is what they ask AWS for, when they are really run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from bench.people import selfie
from chalicelib.model.submission import user_key
from chalicelib.model.user import StoredFace
from chalicelib.store.changes import Changes
from cli.local.processes import PROJECT
from cli.main import commands
from cli.resources import queue_url
from tests.own_environment import OwnEnvironment, own_environment, submission
from tests.running_sandbox import RunningSandbox
from tests.samples import change
from tests.terraform.permissions import actions_of, called_operations

TENANT = "clinic"
POLICY = f"policy: {TENANT}\nextends: baseline\nfaces: {{shards: 2}}\n"
THE_ROLE_OF_JOBS = "the role of `jobs`"
THE_ROLES = actions_of(called_operations())  # of all functions together, as a test of the deployed roles shows
NOT_OF_KEYS = {
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
}  # transactions may; those about keys put and update
ROW = re.compile(r"^\| (`.+?) \| (.+) \|$", re.MULTILINE)


def documented(command: str) -> set[str]:
    """The actions in the table's row of the command. An action without a service is of the one before it."""
    text = (PROJECT / "docs" / "operations.md").read_text()
    (permissions,) = [cells for names, cells in ROW.findall(text) if f"`{command}`" in names]
    actions, service = set(), ""
    for word in re.findall(r"`([\w:]+)`", permissions):
        service, _, action = word.rpartition(":") if ":" in word else (service, ":", word)
        if action[0].isupper():
            actions.add(f"{service}:{action}")
    if THE_ROLE_OF_JOBS in permissions:
        actions |= THE_ROLES
    return actions | (documented(command.split(maxsplit=1)[0]) if permissions.startswith("the same") else set())


@pytest.fixture
def environment(scripted: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnEnvironment]:
    """With something of each kind to be repaired, and a message in the dead-letter queue."""
    own = own_environment(scripted, {TENANT: POLICY})
    services, prefix = own.services, f"{own.names.collection_prefix}-{TENANT}"
    ada, bob = (_registered(own, name) for name in ("ada", "bob"))
    services.aws("rekognition", "delete_faces", {"CollectionId": ada.collection, "FaceIds": [ada.face_id]})
    lost = {"Image": {"Bytes": selfie("nobody").content}, "ExternalImageId": f"{'0' * 64}:gone"}
    services.aws("rekognition", "index_faces", {"CollectionId": bob.collection, **lost})
    services.aws("rekognition", "create_collection", {"CollectionId": f"{prefix}-7"})
    services.aws("rekognition", "delete_collection", {"CollectionId": f"{prefix}-{1 - int(bob.collection[-1])}"})
    crashed = change(TENANT, "c1", user_id="eve", at=datetime.now(UTC) - timedelta(minutes=30))
    Changes(services.aws, own.names.table, TENANT, services.queue).begin(replace(crashed, collection=bob.collection))
    dead_letters = queue_url(services.aws, own.names.dead_letter_queue)
    body = f'{{"job": "recover", "tenant": "{TENANT}", "user_key": "{user_key(TENANT, "eve")}"}}'
    services.aws("sqs", "send_message", {"QueueUrl": dead_letters, "MessageBody": body})
    for name, value in (own.variables | {"COUNTERSIGN_DEAD_LETTER_QUEUE_URL": dead_letters}).items():
        monkeypatch.setenv(name, value)
    scripted.calls.clear()
    yield own


def asked(environment: OwnEnvironment, *arguments: str) -> set[str]:
    """The actions that AWS asks for when the command is run."""
    environment.sandbox.calls.clear()
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code in (0, 1), result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return actions_of(call["operation"] for call in environment.sandbox.calls.of())


DOCTOR = ("doctor", "--tenant", TENANT, "--grace-s", "0")


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("doctor", DOCTOR),
        ("recover", ("recover",)),
        ("keys list", ("keys", "list", "--tenant", TENANT)),
        ("receipts audit", ("receipts", "audit", "--tenant", TENANT)),
        ("receipts decisions", ("receipts", "decisions", "--tenant", TENANT)),
    ],
)
def test_looking_needs_what_the_documentation_says(
    environment: OwnEnvironment, command: str, arguments: tuple[str, ...]
) -> None:
    assert asked(environment, *arguments) == documented(command)


@pytest.mark.parametrize(
    ("command", "arguments"),
    [("doctor --fix", (*DOCTOR, "--fix", "--reindex")), ("recover --all", ("recover", "--all"))],
)
def test_repairing_needs_what_the_jobs_may_and_what_the_documentation_says(
    environment: OwnEnvironment, command: str, arguments: tuple[str, ...]
) -> None:
    looking = DOCTOR if command.startswith("doctor") else ("recover",)
    needed = asked(environment, *looking) | asked(environment, *arguments)
    assert needed <= documented(command)
    assert needed - THE_ROLES == documented(command) - THE_ROLES


def test_changing_keys_needs_what_the_documentation_says(environment: OwnEnvironment) -> None:
    needed = asked(environment, "keys", "create", "--tenant", TENANT)
    for command in ("rotate", "revoke"):
        key_id = environment.services.credentials.list(TENANT)[0].key_id
        needed |= asked(environment, "keys", command, "--tenant", TENANT, key_id)
    assert needed - NOT_OF_KEYS == documented("keys create")


def _registered(environment: OwnEnvironment, user_id: str) -> StoredFace:
    environment.services.tenant(TENANT).verify(submission(TENANT, "register", user_id))
    user = environment.services.tenant(TENANT).users.get(user_key(TENANT, user_id))
    assert user is not None
    return user.faces[0]
