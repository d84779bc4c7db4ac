"""Finding the Python of Lambda's runtime: candidates are really run, and without one it is said what to do."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from cli.errors import CliError
from cli.packaging.interpreters import lambda_interpreter


@pytest.fixture
def only_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which there is no other Python than those that the test puts into this folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    return tmp_path


def _python(path: Path, version: str) -> Path:
    """Says that it is of this version, whatever it is asked."""
    return _command(path, f'echo \'["{path}", "{version}"]\'')


def _command(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_newest_runtime_is_taken_wherever_it_is(only_here: Path) -> None:
    _python(only_here / "python3.12", "3.12.4")
    newest = _python(only_here / "pyenv/versions/3.13.1/bin/python3.13", "3.13.1")

    found = lambda_interpreter(None)

    assert (found.path, found.series) == (str(newest), "3.13")


def test_a_command_that_only_fails_is_no_python(only_here: Path) -> None:
    _command(only_here / "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    working = _python(only_here / "python3.12", "3.12.4")

    assert lambda_interpreter(None).path == str(working)


def test_without_one_it_is_said_what_to_do(only_here: Path) -> None:
    with pytest.raises(CliError, match=r"needs Python 3.13 or 3.12.*none was found.*LAMBDA_PYTHON="):
        lambda_interpreter(None)


def test_a_chosen_one_must_be_a_runtime_of_lambda(only_here: Path) -> None:
    old = _python(only_here / "python", "3.9.1")

    with pytest.raises(CliError, match=r"is Python 3.9.1; the Lambda runtimes are"):
        lambda_interpreter(str(old))
    with pytest.raises(CliError, match="does not run"):
        lambda_interpreter(str(only_here / "nothing"))
