"""Which policy is in force while files change, break, go away, and come back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from textwrap import dedent

import pytest

from chalicelib.errors import AwsUnavailableError, NotFoundError
from chalicelib.policy.source import PolicySource
from tests.log import told
from tests.policy.fakes import BASE, PLUGINS

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GOOD = "policy: acme\nflows: {f: {steps: [{check: pose}]}}\n"
BETTER = GOOD.replace("f:", "better:")
BROKEN = "policy: acme\nflows: {f: {steps: []}}\n"


@dataclass
class Files:
    """A versioned folder with a clock of its own; counts how often it is asked."""

    now_s: float = 0
    versions: dict[str, list[tuple[datetime, str | None]]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    down: bool = False

    def save(self, name: str, text: str | None) -> None:
        self.now_s += 60
        self.versions.setdefault(name, []).insert(0, (START + timedelta(seconds=self.now_s), text))

    def version(self, name: str, known: str | None) -> tuple[str, str | None] | None:
        self.asked.append((name, known))
        if self.down:
            raise AwsUnavailableError("s3:get_object", "SlowDown", "")
        if not self.versions.get(name) or self.versions[name][0][1] is None:
            return None
        number = str(len(self.versions[name]))
        return number, None if number == known else self.versions[name][0][1]

    def history(self, name: str) -> list[tuple[datetime, Callable[[], str | None]]]:
        return [(since, lambda text=text: text) for since, text in self.versions.get(name, [])]  # type: ignore[misc]

    def source(self) -> PolicySource:
        return PolicySource(self, PLUGINS, 30, lambda: self.now_s)


def flows(source: PolicySource) -> list[str]:
    return list(source.policy("acme").flows)


def test_a_tenant_without_a_policy() -> None:
    with pytest.raises(NotFoundError):
        Files().source().policy("acme")


def test_files_are_looked_at_once_in_a_while_and_only_read_when_they_have_changed() -> None:
    files = Files()
    files.save("base", dedent(BASE))
    files.save("acme", "policy: acme\nextends: base\n")
    source = files.source()
    first = source.policy("acme")
    assert source.policy("acme") is first
    assert files.asked == [("acme", None), ("base", None)]
    files.now_s += 61
    assert source.policy("acme") is first
    assert files.asked[2:] == [("acme", "1"), ("base", "1")]


def test_a_change_of_the_file_or_of_one_that_it_extends_is_seen() -> None:
    files = Files()
    files.save("base", dedent(BASE))
    files.save("acme", "policy: acme\nextends: base\n")
    source = files.source()
    assert flows(source) == ["register"]
    files.save("base", dedent(BASE).replace("register:", "renamed:"))
    assert flows(source) == ["renamed"]
    files.save("acme", BETTER)
    assert flows(source) == ["better"]


def beside(files: Files) -> tuple[PolicySource, list[Callable[[], None]]]:
    """A source, and the looks that it has put off, to be run when the test says so."""
    looks: list[Callable[[], None]] = []
    return PolicySource(files, PLUGINS, 30, lambda: files.now_s, looks.append), looks


def test_a_request_does_not_wait_for_a_look_at_what_it_knows() -> None:
    files = Files()
    files.save("acme", GOOD)
    source, looks = beside(files)
    assert (flows(source), looks) == (["f"], [])
    files.versions["acme"].insert(0, (START + timedelta(seconds=90), BETTER))
    files.now_s += 31
    assert flows(source) == flows(source) == ["f"]
    (look,) = looks  # one, however many ask meanwhile
    look()
    assert (flows(source), len(looks)) == (["better"], 1)


def test_a_deleted_policy_is_out_of_force_within_a_minute_whether_or_not_anybody_looked() -> None:
    for look_comes in (True, False):
        files = Files()
        files.save("acme", GOOD)
        source, looks = beside(files)
        flows(source)
        files.versions["acme"].insert(0, (START + timedelta(seconds=90), None))
        files.now_s += 31
        assert flows(source) == ["f"]
        if look_comes:
            looks[0]()
        else:
            source._tenants["acme"].lock.release()  # the look died with its thread
            files.now_s += 29
        with pytest.raises(NotFoundError):
            source.policy("acme")


def test_a_clock_that_was_set_back_is_no_reason_to_wait() -> None:
    files = Files()
    files.save("acme", GOOD)
    source = files.source()
    flows(source)
    files.save("acme", BETTER)
    files.now_s = -1000
    assert flows(source) == ["better"]


def test_an_invalid_version_never_takes_effect_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    files = Files()
    files.save("acme", GOOD)
    source = files.source()
    flows(source)
    files.save("acme", BROKEN)
    for _ in range(3):
        assert flows(source) == ["f"]
        files.now_s += 61
    (record,) = caplog.records
    line = told(record.getMessage())
    assert record.levelno == logging.ERROR
    assert (line["event"], line["tenant"], line["problems"]) == ("policy_invalid", "acme", 1)
    assert line["first_problem"].startswith("acme.yaml:2:20  flows.f.steps  this is empty")
    (metric,) = line["_aws"]["CloudWatchMetrics"]
    assert line[metric["Metrics"][0]["Name"]] == 1
    assert all(name in line for name in metric["Dimensions"][0])
    files.save("acme", BETTER)
    assert flows(source) == ["better"]


def test_a_cold_start_goes_back_to_the_last_good_version() -> None:
    files = Files()
    files.save("acme", GOOD)
    files.save("acme", BETTER)
    files.save("acme", BROKEN)
    files.save("acme", "policy: [")
    assert flows(files.source()) == ["better"]


def test_a_cold_start_goes_back_to_files_that_were_valid_together() -> None:
    files = Files()
    files.save("base", dedent(BASE))
    files.save("acme", "policy: acme\nextends: base\nflows: {register: {disable: [card]}}\n")
    files.save("base", "policy: base\nflows: {f: {steps: [{check: pose}]}}\n")  # acme's change has no object now
    files.save("acme", "policy: acme\nextends: base\nflows: {register: {disable: [nothing]}}\n")
    policy = files.source().policy("acme")
    assert [step.id for step in policy.flows["register"].steps] == ["face_count", "pose", "same_face"]


def test_a_parent_that_goes_away_leaves_the_last_good_policy_in_force() -> None:
    files = Files()
    files.save("base", dedent(BASE))
    files.save("acme", "policy: acme\nextends: base\n")
    source = files.source()
    flows(source)
    files.save("base", None)
    assert flows(source) == ["register"]
    assert flows(files.source()) == ["register"]


def test_no_version_was_ever_valid(caplog: pytest.LogCaptureFixture) -> None:
    files = Files()
    files.save("acme", BROKEN)
    files.save("acme", "policy: [")
    source = files.source()
    for _ in range(2):
        with pytest.raises(NotFoundError):
            source.policy("acme")
    assert len(caplog.records) == 1


def test_a_deleted_policy_is_gone_and_what_was_before_does_not_come_back() -> None:
    files = Files()
    files.save("acme", GOOD)
    source = files.source()
    flows(source)
    files.save("acme", None)
    with pytest.raises(NotFoundError):
        source.policy("acme")
    files.save("acme", BROKEN)
    with pytest.raises(NotFoundError):
        files.source().policy("acme")


def test_while_the_files_cannot_be_read_the_known_policy_stays(caplog: pytest.LogCaptureFixture) -> None:
    files = Files()
    files.save("acme", GOOD)
    source = files.source()
    flows(source)
    files.down = True
    files.now_s += 61
    assert flows(source) == ["f"]
    assert told(caplog.records[0].getMessage())["event"] == "policy_not_refreshed"
    with pytest.raises(AwsUnavailableError):
        files.source().policy("acme")


def test_many_threads_read_the_files_once() -> None:
    files = Files()
    files.save("acme", GOOD)
    source = files.source()
    with ThreadPoolExecutor(8) as pool:
        digests = {policy.digest for policy in pool.map(source.policy, ["acme"] * 40)}
    assert (len(digests), files.asked) == (1, [("acme", None)])
