"""What the documents name is there: pages and sections, decisions, commands and targets, alarms."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from cli.local.processes import PROJECT
from cli.main import commands

PAGES = sorted((*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *(PROJECT / "sandbox").glob("*.md")))
NAMES = [str(page.relative_to(PROJECT)) for page in PAGES]
_LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
_COMMAND = re.compile(r"\bcountersign ((?:[a-z][a-z-]*[a-z] ?)+)")


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in _LINK.findall(page.read_text()):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), anchor


def test_every_decision_is_listed_by_its_title() -> None:
    folder = PROJECT / "docs" / "decisions"
    listed = re.findall(r"^- \[(.*)\]\((.*)\)$", (folder / "README.md").read_text(), re.MULTILINE)
    made = [path for path in sorted(folder.glob("*.md")) if path.name != "README.md"]
    assert listed == [(path.read_text().splitlines()[0].removeprefix("# "), path.name) for path in made]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_and_targets_are_there(page: Path) -> None:
    text = re.sub(r"^ *```.*$", "", page.read_text(), flags=re.MULTILINE)  # else spans of code would begin at fences
    code = [" ".join(span.split()) for span in re.findall(r"`[^`]+`|^ *(?:\$ )?countersign .*$", text, re.MULTILINE)]
    for words in _COMMAND.findall("\n".join(code)):
        command: click.Command = commands
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            assert word in command.commands, f"countersign {words}"
            command = command.commands[word]
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets


def test_every_alarm_is_explained_and_no_other() -> None:
    """By its name without the function's or the operation's."""
    text = (PROJECT / "terraform" / "observability.tf").read_text()
    alarms = text[text.index("  alarms = merge(") : text.index('resource "aws_cloudwatch_metric_alarm"')]
    made = set(re.findall(r'"?(\$\{[^"]*|[a-z][a-z-]+)"? (?:=>|=) \{$', alarms, re.MULTILINE))
    table = (PROJECT / "docs" / "operations.md").read_text().partition("## Alarms")[2].partition("## ")[0]
    explained = {
        name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall("`(.*?)`", row)
    }
    assert len(made) >= 8
    assert {re.sub(r"\$\{.*?\}+", "", name).strip("-") for name in made} == {
        re.sub(r"<.*?>|rekognition|textract-analyzeid", "", name).strip("-") for name in explained
    }
