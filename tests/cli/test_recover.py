"""`countersign recover` against the sandbox: what a failing undo left is shown, and finished once its cause is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chalicelib.errors import AwsError
from chalicelib.model.submission import user_key
from cli.main import commands
from cli.resources import queue_url
from tests.own_environment import OwnEnvironment, own_environment, submission
from tests.running_sandbox import RunningSandbox

TENANT = "clinic"
ID = f"{TENANT}/recover/{user_key(TENANT, 'ada')[:12]}"


@pytest.fixture
def environment(scripted: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> OwnEnvironment:
    own = own_environment(scripted, {TENANT: f"policy: {TENANT}\nextends: baseline\n"})
    dead_letters = queue_url(own.services.aws, own.names.dead_letter_queue)
    for name, value in (own.variables | {"COUNTERSIGN_DEAD_LETTER_QUEUE_URL": dead_letters}).items():
        monkeypatch.setenv(name, value)
    return own


@pytest.fixture
def stuck(environment: OwnEnvironment) -> Iterator[OwnEnvironment]:
    """A registration failed ten minutes ago and could not be undone; its job is in the dead-letter queue twice."""
    faults = environment.sandbox.faults
    faults.set(
        {"operation": "dynamodb:TransactWriteItems", "kind": "access_denied"},
        {"operation": "rekognition:DeleteFaces", "kind": "access_denied"},
    )
    earlier = datetime.now(UTC) - timedelta(minutes=10)
    with pytest.raises(AwsError):
        environment.services.tenant(TENANT).verify(
            replace(submission(TENANT, "register", "ada"), received_at=earlier, consent=None)
        )
    message = {"job": "recover", "tenant": TENANT, "user_key": user_key(TENANT, "ada")}
    for _ in range(2):
        environment.services.aws(
            "sqs",
            "send_message",
            {
                "QueueUrl": queue_url(environment.services.aws, environment.names.dead_letter_queue),
                "MessageBody": json.dumps(message),
            },
        )
    yield environment
    faults.clear()


def recover(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["recover", *arguments])


def kept(environment: OwnEnvironment) -> list[Any]:
    aws, names = environment.services.aws, environment.names
    faces = aws("rekognition", "list_faces", {"CollectionId": f"{names.collection_prefix}-{TENANT}-0"})["Faces"]
    pictures = aws("s3", "list_object_versions", {"Bucket": names.images_bucket}).get("Versions", [])
    user = environment.services.tenant(TENANT).users.get(user_key(TENANT, "ada"))
    return [*faces, *pictures, *([user] if user else [])]


def test_nothing_is_left_to_be_done(environment: OwnEnvironment) -> None:
    result = recover()
    assert (result.exit_code, result.output.strip()) == (0, "nothing is left to be done")


def test_what_is_left_is_explained_and_finished_once_its_cause_is_gone(stuck: OwnEnvironment) -> None:
    for _ in range(2):  # looking changes nothing
        shown = recover()
        assert shown.exit_code == 1
        assert f"{ID}  2 in the dead-letter queue, due since" in shown.output
        assert "user 'ada': 'register' began 10 minutes ago and was never finished; it will be undone" in shown.output
    assert len(kept(stuck)) == 2, "the picture is gone already; the face and the record are not"

    still = recover(ID)
    assert still.exit_code == 1 and "failed: AwsMisconfiguredError: rekognition:DeleteFaces" in still.output

    stuck.sandbox.faults.clear()
    finished = recover("--all")
    assert (finished.exit_code, "finished" in finished.output) == (0, True), finished.output
    assert kept(stuck) == []
    assert recover().output.strip() == "nothing is left to be done"


def test_what_was_settled_meanwhile_is_only_taken_out_of_the_queue(stuck: OwnEnvironment) -> None:
    stuck.sandbox.faults.clear()
    stuck.services.tenant(TENANT).recover(user_key(TENANT, "ada"), datetime.now(UTC))
    assert "nothing is left to do; it was settled meanwhile" in recover().output
    assert recover(ID).exit_code == 0
    assert recover().exit_code == 0


def test_what_is_no_job_stays_for_a_person_to_look_at(environment: OwnEnvironment) -> None:
    url = queue_url(environment.services.aws, environment.names.dead_letter_queue)
    environment.services.aws("sqs", "send_message", {"QueueUrl": url, "MessageBody": "hello"})
    result = recover("--all")
    assert result.exit_code == 1 and "this message is no job" in result.output


def test_a_wrong_id_is_told(environment: OwnEnvironment) -> None:
    result = recover("acme/recover/000000000000")
    assert result.exit_code != 0 and "nothing called" in str(result.exception)
