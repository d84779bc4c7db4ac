"""An import on the queue, over the wire in scripted mode: a worker is killed halfway, and each is registered once."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.people import selfie
from chalicelib.bulk import spread
from chalicelib.errors import ShareUsedUpError
from chalicelib.jobs import run, sweep
from chalicelib.model.decision import Decision, Verdict
from chalicelib.model.submission import Submission, user_key
from chalicelib.store.imports import Import
from chalicelib.store.paces import Paces
from chalicelib.store.queue import Message
from chalicelib.wiring import Services, Tenant
from chalicelib.wiring.erasing import erase, request_erasure
from cli.bulk.on_queue import Wanted, resume, start
from cli.commands import bulk_on_queue
from cli.errors import CliError
from cli.local.processes import PROJECT
from tests.own_environment import SHIPPED, OwnEnvironment, own_environment, submission
from tests.running_sandbox import RunningSandbox

TENANT = "acme"
PEOPLE = int(os.environ.get("IMPORTED_PEOPLE", "24"))  # `make bulk` sets several thousand
PER_S = 20.0 if PEOPLE > 100 else 1000.0  # two fifths of a region's first quota
WITHIN_S = 60 + 2 * PEOPLE
TOLD_EVERY_S = 10.0


@pytest.fixture
def environment(scripted_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> OwnEnvironment:
    own = own_environment(scripted_sandbox, {TENANT: SHIPPED[TENANT]})
    for name, value in own.variables.items():
        monkeypatch.setenv(name, value)
    # What a killed worker held comes back soon; but not while a slow one is still at its ten.
    attributes = {"VisibilityTimeout": "5" if PEOPLE <= 100 else "60"}
    own.sandbox.client("sqs").set_queue_attributes(
        QueueUrl=own.variables["COUNTERSIGN_QUEUE_URL"], Attributes=attributes
    )
    return own


def uploaded(environment: OwnEnvironment, people: int) -> str:
    """Pictures of so many people, and one that is none; the folder's URL."""
    s3, bucket = environment.sandbox.client("s3"), environment.names.images_bucket
    for number in range(people):
        key, picture = f"{TENANT}/imports/may/person-{number}.jpg", selfie(f"imported {number}").content
        s3.put_object(Bucket=bucket, Key=key, Body=picture)
    s3.put_object(Bucket=bucket, Key=f"{TENANT}/imports/may/broken.jpg", Body=b"no picture")
    return f"s3://{bucket}/{TENANT}/imports/may"


def wanted(source: str) -> Wanted:
    return Wanted(TENANT, source, lambda _: "register", "2026-01", per_s=PER_S)


@contextmanager
def worker(environment: OwnEnvironment) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.local.worker"],
        cwd=PROJECT,
        env={**os.environ, **environment.variables},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(services: Services, import_id: str, people: int) -> None:
    """Until so many are settled; `make bulk` shows how it goes."""
    imports, began_s = services.tenant(TENANT).imports, time.monotonic()
    told_s, first = began_s, imports.progress(import_id).total()
    while (settled := imports.progress(import_id).total()) < people:
        now_s = time.monotonic()
        assert now_s < began_s + WITHIN_S, imports.progress(import_id)
        if now_s >= told_s + TOLD_EVERY_S:
            rate = (settled - first) / (now_s - began_s)
            print(f"{settled:6,} of {PEOPLE:,} people, {rate:.1f} a second", flush=True)
            told_s = now_s
        time.sleep(0.2 if PEOPLE <= 100 else 2)


def tell_rates(environment: OwnEnvironment) -> None:
    """How many people began each second, over all and in the busiest ten seconds: the share that it was given."""
    began_s = sorted(call["started_s"] for call in environment.sandbox.calls.of("rekognition:IndexFaces"))
    busiest = max(bisect_left(began_s, first + 10) - at for at, first in enumerate(began_s))
    rate = len(began_s) / (began_s[-1] - began_s[0])
    print(
        f"{rate:.1f} people a second, {busiest / 10:.1f} in the busiest ten seconds; {PER_S:g} were allowed", flush=True
    )
    assert busiest <= 10 * PER_S + 10


def faces(environment: OwnEnvironment) -> list[str]:
    rekognition = environment.sandbox.client("rekognition")
    collections = rekognition.list_collections()["CollectionIds"]
    own = [name for name in collections if name.startswith(f"{environment.names.collection_prefix}-{TENANT}-")]
    return [face["ExternalImageId"] for name in own for face in rekognition.list_faces(CollectionId=name)["Faces"]]


def test_a_worker_killed_halfway_leaves_nobody_out_and_nobody_twice(environment: OwnEnvironment) -> None:
    services = environment.services
    environment.sandbox.calls.clear()
    what, is_new = start(services, wanted(uploaded(environment, PEOPLE)), datetime.now(UTC))
    assert (is_new, what.people) == (True, PEOPLE + 1)
    with worker(environment) as first:
        wait_for(services, what.import_id, PEOPLE // 2)
        first.send_signal(signal.SIGKILL)
        first.wait()
    print("the worker was killed; another goes on", flush=True)
    with worker(environment):
        wait_for(services, what.import_id, PEOPLE + 1)
    tenant = services.tenant(TENANT)
    assert tenant.imports.progress(what.import_id) == {"approved": PEOPLE, "refused": 1}
    results = {result.user_id: result for result in tenant.imports.results(what.import_id)}
    assert results.pop("broken").why == ("image-not-an-image",)
    assert len(results) == PEOPLE
    owners = Counter(name.partition(":")[0] for name in faces(environment))
    assert (len(owners), set(owners.values())) == (PEOPLE, {1})
    tell_rates(environment)


def test_started_again_it_is_watched_and_messages_that_come_twice_count_once(environment: OwnEnvironment) -> None:
    services, now = environment.services, datetime.now(UTC)
    source = uploaded(environment, 2)
    what, _ = start(services, wanted(source), now)
    assert start(services, wanted(source), now) == (what, False)
    resume(services, TENANT, what.import_id)
    person = {"user_id": "person-0", "flow": "register", "selfie": f"{TENANT}/imports/may/person-0.jpg"}
    message = {"job": "import_person", "tenant": TENANT, "import_id": what.import_id, "person": person}
    for _ in range(3):
        run(services, json.dumps(message), now)
    assert services.tenant(TENANT).imports.progress(what.import_id) == {"approved": 1}


def test_the_command_says_how_long_it_takes_and_does_not_watch_for_ever(
    environment: OwnEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, history = wanted(uploaded(environment, 2)), tmp_path / "history.jsonl"
    monkeypatch.setattr(bulk_on_queue, "_STUCK_AFTER_S", -1)
    assert bulk_on_queue.import_on_queue(source, history, again=False) == 2  # nobody works on it
    told = capsys.readouterr().out
    assert "of 3 people: started; at 1000 a second 1 min or more" in told and "3 people are open" in told
    monkeypatch.setattr(bulk_on_queue, "_STUCK_AFTER_S", WITHIN_S)
    with worker(environment):
        assert bulk_on_queue.import_on_queue(source, history, again=False) == 1
    told = capsys.readouterr().out
    assert "under way already" in told and "image-not-an-image" in told and "2 of 3 people are registered" in told
    assert {json.loads(line)["user_id"] for line in history.read_text().splitlines()} == {
        "person-0",
        "person-1",
        "broken",
    }


def test_who_is_over_the_share_is_put_off_and_not_given_up(environment: OwnEnvironment) -> None:
    services, now, detect = environment.services, datetime.now(UTC), "rekognition:DetectFaces"
    what, _ = start(services, wanted(uploaded(environment, 1)), now)
    paces = Paces(services.aws, services.setting("TABLE"), TENANT, {detect: 0.5})
    paces.slow_down(detect, time.time())
    services.watch.notice(detect, time.time())
    with suppress(ShareUsedUpError):
        for _ in range(9):
            paces.take((detect,), time.time())
    person = {"user_id": "person-0", "flow": "register", "selfie": f"{TENANT}/imports/may/person-0.jpg"}
    message = {"job": "import_person", "tenant": TENANT, "import_id": what.import_id, "person": person}
    environment.sandbox.calls.clear()
    run(services, json.dumps(message), now)
    called = [call["operation"] for call in environment.sandbox.calls.of()]
    assert [name for name in called if name.startswith(("sqs:", "rekognition:"))] == ["sqs:SendMessage"]
    assert not services.tenant(TENANT).imports.progress(what.import_id)
    services.watch.notice(detect, 0)  # a minute and more later
    run(services, json.dumps(message), now)
    assert services.tenant(TENANT).imports.progress(what.import_id) == {"approved": 1}


class Taken:
    """A queue that only keeps what it is given, with the second in which it is to be run."""

    def __init__(self) -> None:
        self.sent: list[tuple[Message, float]] = []

    def send(self, message: Message, delay_s: int = 0) -> None:
        self.sent.append((message, delay_s))

    def send_many(self, messages: Sequence[Message], per_s: float) -> None:
        self.sent += [(message, number / per_s) for number, message in enumerate(messages)]


@pytest.mark.parametrize(("per_s", "at_once"), [(20.0, 260), (0.1, 90), (400.0, 400)])
def test_no_job_spreads_more_people_than_it_has_time_for(
    environment: OwnEnvironment, per_s: float, at_once: int
) -> None:
    tenant, now, people = environment.services.tenant(TENANT), datetime.now(UTC), 900
    key = f"{TENANT}/imports/may/many.jsonl"
    manifest = "".join(json.dumps({"user_id": f"person {number}"}) + "\n" for number in range(people))
    environment.sandbox.client("s3").put_object(Bucket=environment.names.images_bucket, Key=key, Body=manifest.encode())
    tenant.imports.create(Import("many", key, people, per_s, None, now))
    taken = Taken()
    setattr(tenant, "queue", taken)  # noqa: B010 - no real queue
    begins_s: dict[str, float] = {}
    message, began_s, jobs = {"job": "import", "tenant": TENANT, "import_id": "many", "offset_bytes": 0}, 0.0, 0
    while True:
        taken.sent.clear()
        spread(tenant, message, now)
        if not taken.sent:
            break
        *persons, (message, after_s) = taken.sent
        assert message["job"] == "import"
        assert len(persons) <= at_once
        new = {person["person"]["user_id"]: began_s + delay_s for person, delay_s in persons}
        assert not new.keys() & begins_s.keys()
        begins_s |= new
        began_s, jobs = began_s + after_s, jobs + 1
    assert (len(begins_s), jobs) == (people, math.ceil(people / at_once))
    busiest = max(Counter(int(second) for second in begins_s.values()).values())
    assert busiest <= per_s + 1


def test_nothing_but_the_tenants_own_folder_is_read(environment: OwnEnvironment, tmp_path: Path) -> None:
    with pytest.raises(CliError, match=f"below s3://{environment.names.images_bucket}/{TENANT}/imports/"):
        start(environment.services, wanted("s3://elsewhere/photos"), datetime.now(UTC))
    what, _ = start(environment.services, wanted(uploaded(environment, 1)), datetime.now(UTC))
    person = {"user_id": "thief", "flow": "register", "selfie": "globex/users/x/selfie"}
    message = {"job": "import_person", "tenant": TENANT, "import_id": what.import_id, "person": person}
    run(environment.services, json.dumps(message), datetime.now(UTC))
    (result,) = environment.services.tenant(TENANT).imports.results(what.import_id)
    assert result.why == ("not-the-tenants",)


def test_who_is_imported_is_called_as_requests_call_them(environment: OwnEnvironment) -> None:
    """Many a machine writes the letters of file names apart; a request for such a user would find nobody."""
    services, folder = environment.services, f"{TENANT}/imports/may"
    s3, bucket = environment.sandbox.client("s3"), environment.names.images_bucket
    s3.put_object(Bucket=bucket, Key=f"{folder}/jose\u0301.jpg", Body=selfie("josé").content)
    what, _ = start(services, wanted(f"s3://{bucket}/{folder}"), datetime.now(UTC))
    _work_off(environment, datetime.now(UTC))
    tenant = services.tenant(TENANT)
    assert {result.user_id: result.outcome for result in tenant.imports.results(what.import_id)} == {"josé": "approved"}
    user = tenant.users.get(user_key(TENANT, "josé"))
    assert user is not None and user.user_id == "josé"
    s3.put_object(Bucket=bucket, Key=f"{folder}/josé.jpg", Body=selfie("another").content)
    with pytest.raises(CliError, match="Two people have the user id"):
        start(services, wanted(f"s3://{bucket}/{folder}"), datetime.now(UTC))


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ({"user_id": "x" * 129}, "too-long"),
        ({"user_id": "a\u202eb"}, "not-printable"),
        ({"user_id": "ada", "properties": {"Last Name": "Lovelace"}}, "property-name"),
        ({"user_id": "ada", "properties": {"note": "x" * 513}}, "too-long"),
    ],
)
def test_what_no_request_may_say_no_import_says(
    environment: OwnEnvironment, texts: dict[str, object], code: str
) -> None:
    services, source = environment.services, uploaded(environment, 1)
    what, _ = start(services, wanted(source), datetime.now(UTC))
    person = {"flow": "register", "selfie": f"{TENANT}/imports/may/person-0.jpg", **texts}
    message = {"job": "import_person", "tenant": TENANT, "import_id": what.import_id, "person": person}
    run(services, json.dumps(message), datetime.now(UTC))
    (result,) = services.tenant(TENANT).imports.results(what.import_id)
    assert (result.outcome, result.why) == ("refused", (code,))


def test_a_list_that_requests_would_refuse_is_refused_before_it_is_begun(environment: OwnEnvironment) -> None:
    source, s3 = uploaded(environment, 1), environment.sandbox.client("s3")
    listed = f"user_id,selfie,Last Name\nada,person-0.jpg,{'x' * 130_000}\n".encode()
    s3.put_object(Bucket=environment.names.images_bucket, Key=f"{TENANT}/imports/may/people.csv", Body=listed)
    with pytest.raises(CliError, match=r"person-0.jpg: A property's name"):
        start(environment.services, wanted(source), datetime.now(UTC))


def test_a_line_that_is_too_long_is_not_the_silent_end_of_the_import(environment: OwnEnvironment) -> None:
    services, s3 = environment.services, environment.sandbox.client("s3")
    what, _ = start(services, wanted(uploaded(environment, 1)), datetime.now(UTC))
    s3.put_object(Bucket=environment.names.images_bucket, Key=what.manifest_key, Body=b"x" * 200_000 + b"\n")
    message = {"job": "import", "tenant": TENANT, "import_id": what.import_id, "offset_bytes": 0}
    with pytest.raises(ValueError, match="too long"):
        run(services, json.dumps(message), datetime.now(UTC))


def test_who_was_erased_after_the_import_began_is_not_registered_by_it(environment: OwnEnvironment) -> None:
    services = environment.services
    source = uploaded(environment, 3)
    what, _ = start(services, wanted(source), datetime.now(UTC))
    tenant = services.tenant(TENANT)
    registered = submission(TENANT, "register", "person-0")
    assert tenant.verify(registered).verdict is Verdict.APPROVED
    asked = datetime.now(UTC)
    erasure = request_erasure(tenant, user_key(TENANT, "person-0"), asked)
    assert erasure is not None
    done = erase(tenant, erasure.erasure_id, asked)
    assert request_erasure(tenant, user_key(TENANT, "person-1"), asked) is None  # nothing is held of her yet

    _work_off(environment, datetime.now(UTC))
    results = {result.user_id: result.outcome for result in tenant.imports.results(what.import_id)}
    assert results == {"": "erased", "person-2": "approved", "broken": "refused"}
    assert tenant.imports.progress(what.import_id) == {"erased": 2, "approved": 1, "refused": 1}
    assert [tenant.users.get(user_key(TENANT, f"person-{number}")) is None for number in range(3)] == [
        True,
        True,
        False,
    ]
    assert done.receipt is not None
    assert done.receipt.entry["details"]["not_erased"] == [f"{TENANT}/imports/"]

    later, is_new = start(services, replace(wanted(source), consent="2026-02"), datetime.now(UTC))
    assert is_new
    _work_off(environment, datetime.now(UTC))
    assert tenant.imports.progress(later.import_id)["approved"] == 2  # a new import is a new wish


def test_an_erasure_asked_for_while_the_person_is_being_registered_still_erases(
    environment: OwnEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = environment.services
    what, _ = start(services, wanted(uploaded(environment, 1)), datetime.now(UTC))
    who, verify = user_key(TENANT, "person-0"), Tenant.verify

    def erased_meanwhile(tenant: Tenant, asked: Submission) -> Decision:
        assert request_erasure(tenant, who, datetime.now(UTC)) is None
        return verify(tenant, asked)

    monkeypatch.setattr(Tenant, "verify", erased_meanwhile)
    _work_off(environment, datetime.now(UTC))
    later = datetime.now(UTC) + timedelta(minutes=6)
    sweep(services, later)  # instead of waiting for the erasure's own message
    _work_off(environment, later)
    tenant = services.tenant(TENANT)
    assert tenant.imports.progress(what.import_id)["erased"] == 1
    assert tenant.users.get(who) is None


def test_who_is_erased_after_being_imported_is_not_counted_again(
    environment: OwnEnvironment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services, asked = environment.services, wanted(uploaded(environment, 2))
    what, _ = start(services, asked, datetime.now(UTC))
    _work_off(environment, datetime.now(UTC))
    tenant = services.tenant(TENANT)
    erasure = request_erasure(tenant, user_key(TENANT, "person-0"), datetime.now(UTC))
    assert erasure is not None
    erase(tenant, erasure.erasure_id, datetime.now(UTC))
    resume(services, TENANT, what.import_id)
    _work_off(environment, datetime.now(UTC))
    assert tenant.imports.progress(what.import_id).total() == what.people
    assert bulk_on_queue.import_on_queue(asked, tmp_path / "history.jsonl", again=False) == 1
    told = capsys.readouterr().out
    assert "(erased meanwhile)" in told and "1 of 3 people are registered" in told
    assert tenant.users.get(user_key(TENANT, "person-0")) is None


def test_after_a_month_the_same_people_can_be_imported_again(environment: OwnEnvironment) -> None:
    services, asked, now = environment.services, wanted(uploaded(environment, 1)), datetime.now(UTC)
    first, _ = start(services, asked, now - timedelta(days=31))
    second, is_new = start(services, asked, now)
    assert is_new and second.import_id != first.import_id
    assert start(services, asked, now) == (second, False)
    _work_off(environment, now)
    assert services.tenant(TENANT).imports.progress(second.import_id)["approved"] == 1


def test_an_import_lasts_a_month(environment: OwnEnvironment) -> None:
    services = environment.services
    what, _ = start(services, wanted(uploaded(environment, 1)), datetime.now(UTC) - timedelta(days=31))
    _work_off(environment, datetime.now(UTC))
    assert {result.why for result in services.tenant(TENANT).imports.results(what.import_id)} == {("import-too-old",)}


def _work_off(environment: OwnEnvironment, now: datetime) -> None:
    """All messages that are not delayed, until there are none."""
    sqs, url = environment.sandbox.client("sqs"), environment.variables["COUNTERSIGN_QUEUE_URL"]
    deadline_s = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline_s:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0).get("Messages", [])
        if not found:
            return
        for message in found:
            run(environment.services, message["Body"], now)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    raise AssertionError("the queue does not become empty")
