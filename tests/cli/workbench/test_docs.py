"""docs/policies.md: every block is run, in one folder, from top to bottom.

A `yaml` or `csv` block whose first line is a comment with a path (`# policies/shop.yaml`) is that file. A `console`
block holds commands, each with all that it prints, on stdout and stderr; `...` stands for any text, a line `...` alone
for any lines. There are no other kinds of blocks, so nothing in the page goes untried.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.commands.policy import WORKFLOW
from cli.local.processes import PROJECT
from tests.cli.workbench.running import run

PAGE = PROJECT / "docs" / "policies.md"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "Ada", "GIT_COMMITTER_NAME": "Ada"}
_ADDRESSES = {"GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_EMAIL": "ada@example.com"}


@dataclass(frozen=True)
class Block:
    kind: str
    text: str
    line: int


def blocks() -> list[Block]:
    page = PAGE.read_text(encoding="utf-8")
    return [Block(m[1], m[2], page.count("\n", 0, m.start()) + 1) for m in _FENCE.finditer(page)]


def commands_of(block: Block) -> Iterator[tuple[str, str]]:
    """Each command with the output that the page shows."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def fits(shown: str, printed: str) -> bool:
    """Whether what was printed is what the page shows, `...` standing for any text."""
    lines = ("(?:.*\n)*?" if line == "..." else _any_text(line) + "\n" for line in shown.rstrip().splitlines())
    return re.fullmatch("".join(lines), "".join(f"{line}\n" for line in printed.rstrip().splitlines())) is not None


def _any_text(line: str) -> str:
    return ".*".join(map(re.escape, line.split("...")))


def outcome_of(command: str, folder: Path, environment: dict[str, str]) -> str:
    words = shlex.split(command)
    if words[0] == "countersign" and not {"|", ">", "<", "&&", ";"} & set(words):
        return run(*words[1:]).output
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the project's policies."""
    shutil.copytree(PROJECT / "policies", tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    for name, value in {**_GIT, **_ADDRESSES}.items():
        monkeypatch.setenv(name, value)
    subprocess.run("git init -q -b main && git add -A && git commit -qm start", shell=True, check=True)  # noqa: S602
    return tmp_path


def test_everything_in_the_page_is_as_it_says(folder: Path) -> None:
    wrong = []
    for block in blocks():
        if block.kind == "console":
            for command, shown in commands_of(block):
                printed = outcome_of(command, folder, dict(os.environ))
                if not fits(shown, printed):
                    wrong.append(f"{PAGE.name}:{block.line}: $ {command}\n{printed}")
            continue
        assert block.kind in ("yaml", "csv"), f"{PAGE.name}:{block.line}: a block of another kind"
        path = block.text.partition("\n")[0].removeprefix("# ")
        if "/" in path or "." in path:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(block.text)
    assert not wrong, "\n".join(wrong)


def test_the_page_shows_every_command_of_the_workflow() -> None:
    tried = [command for block in blocks() if block.kind == "console" for command, _ in commands_of(block)]
    for stage in WORKFLOW:
        for command in stage.commands:
            assert any(each.startswith(f"countersign policy {command.name}") for each in tried), command.name


@pytest.mark.parametrize(
    ("shown", "printed", "fitting"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("", "", True),
        ("", "a\n", False),
        ("a\n", "a\nb\n", False),
        ("a ... c\n", "a b c\n", True),
        ("a ... c\n", "a\nc\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\n", "a\nb\nc\n", True),
        ("...\nd\n", "a\nd\n", True),
        ("a\n...\nd\n", "a\nb\nc\n", False),
    ],
)
def test_the_comparison_itself(shown: str, printed: str, fitting: bool) -> None:
    assert fits(shown, printed) is fitting
