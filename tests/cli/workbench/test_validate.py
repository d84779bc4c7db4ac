"""`countersign policy validate` as people, CI and GitHub see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from cli.local.processes import PROJECT
from tests.cli.workbench.running import run

BAD = """\
policy: bad
flows:
  register:
    steps:
      - check: posee
      - check: pose
        with: {max_yaw: 30}
      - check: sunglasses
        with: {min_confidence: 0.8}
    efects: []
"""
WARNED = "policy: warned\nconsent: optional\nretention: {}\nflows: {own: {steps: [{check: pose}]}}\n"
MISSPELT = "flows.register.steps[0].check  error: unknown check 'posee'; did you mean 'pose'?"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    return tmp_path / "policies"


def test_all_mistakes_at_once_each_with_its_line_quoted(folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD)
    shown = run("policy", "validate", "policies/bad.yaml")
    assert shown.exit_code == 1
    lines = shown.output.splitlines()
    assert lines[0] == f"policies/bad.yaml:5:16  {MISSPELT}"
    assert lines[1:3] == ["    5 |       - check: posee", "      |                ^^^^^"]
    assert [line.split()[0] for line in lines if line.startswith("policies")] == [
        "policies/bad.yaml:5:16",
        "policies/bad.yaml:7:16",
        "policies/bad.yaml:9:32",
        "policies/bad.yaml:10:5",
    ]
    assert lines[-1] == "1 policy: 4 errors"


def test_warnings_fail_only_when_strict(folder: Path) -> None:
    (folder / "warned.yaml").write_text(WARNED)
    assert (run("policy", "validate").exit_code, run("policy", "validate", "--strict").exit_code) == (0, 1)
    assert run("policy", "validate").output.endswith(
        "[missing-limits]\n    1 | policy: warned\n      | ^^^^^^\n1 policy: 1 warning\n"
    )


def test_what_two_policies_inherit_is_told_once(folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD)
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(f"policy: {name}\nextends: bad\n")
    assert run("policy", "validate").output.count("posee'") == 1
    assert "policies/bad.yaml:5:16" in run("policy", "validate", "policies/two.yaml").output


def test_json_for_programs(folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD)
    shown = run("policy", "validate", "--format", "json")
    first = json.loads(shown.output)[0]
    assert shown.exit_code == 1
    assert first == {
        "file": "policies/bad.yaml",
        "line": 5,
        "column": 16,
        "path": "flows.register.steps[0].check",
        "message": "unknown check 'posee'",
        "expected": "",
        "did_you_mean": "pose",
        "level": "error",
        "lint": "",
    }


def test_annotations_for_github(folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD.replace("posee", '"a\\nb%"'))
    first = run("policy", "validate", "--format", "github").output.splitlines()[0]
    assert first.startswith(
        "::error file=policies/bad.yaml,line=5,col=16,title=policy::flows.register.steps[0].check: "
    )
    assert "'a\\nb%25'" in first


@pytest.mark.parametrize("path", ["nowhere", "notes.txt"])
def test_wrong_usage_is_another_exit_code(folder: Path, path: str) -> None:
    (folder.parent / "notes.txt").write_text("hello")
    assert run("policy", "validate", path).exit_code == 2


def test_shipped_policies_have_nothing_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    shown = run("policy", "validate", "--strict")
    assert (shown.exit_code, shown.output.endswith("policies: nothing wrong\n")) == (0, True)


def test_the_hooks_of_pre_commit_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each hook's entry as pre-commit calls it: with the names of the files."""
    monkeypatch.chdir(PROJECT)
    for hook in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text()):
        program, *arguments = hook["entry"].split()
        files = ["policies/acme.yaml", "policies/baseline.yaml"] if hook.get("pass_filenames", True) else []
        assert program == "countersign"
        assert run(*arguments, *files).exit_code == 0, hook["id"]
