"""The local service's parts: watching policies, processes that do not start, and an environment without real AWS."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.errors import CliError
from cli.local.bootstrap import NAMES, app_environment
from cli.local.policies import PolicyWatcher, policy_files
from cli.local.processes import Server, running


def test_tests_of_policies_are_no_policies(tmp_path: Path) -> None:
    for name in ("acme.yaml", "acme.test.yaml", "notes.txt"):
        (tmp_path / name).touch()

    assert [path.name for path in policy_files(tmp_path)] == ["acme.yaml"]


def test_a_saved_policy_is_published_by_itself_and_only_once(tmp_path: Path) -> None:
    acme, published = tmp_path / "acme.yaml", list[str]()
    acme.write_text("one")

    with PolicyWatcher(tmp_path, lambda path: published.append(path.read_text())):
        assert published == ["one"]
        acme.write_text("another")
        (tmp_path / "globex.yaml").write_text("new")
        _wait_until(lambda: len(published) == 3)
        time.sleep(0.8)

    assert sorted(published) == ["another", "new", "one"]


def test_a_server_that_does_not_start_is_told_with_its_log(tmp_path: Path) -> None:
    with (
        pytest.raises(CliError, match="No module named"),
        running(Server("lost", "no.such.module", (), "/", 10), os.environ, 0, tmp_path),
    ):
        pass


def test_a_server_that_never_answers_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "sleeper.py").write_text("import time; time.sleep(60)")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    started_s = time.monotonic()

    with (
        pytest.raises(CliError, match="did not answer within 1 second"),
        running(Server("sleeper", "sleeper", (), "/", 1), environment, 0, tmp_path),
    ):
        pass

    assert time.monotonic() - started_s < 5


def test_the_app_sees_nothing_of_the_users_own_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    monkeypatch.setenv("COUNTERSIGN_TABLE", "production")

    environment = app_environment("http://127.0.0.1:5", "http://127.0.0.1:5/1/jobs")

    assert "AWS_PROFILE" not in environment
    assert "AWS_SESSION_TOKEN" not in environment
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5"
    assert environment["COUNTERSIGN_TABLE"] == NAMES.table
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline_s:
        time.sleep(0.05)
