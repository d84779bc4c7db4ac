"""How the demo tells its story on a terminal."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table

from cli.client import Json
from cli.decision_table import decision_table
from cli.demo.scenes import Expected, Scene


def headline(console: Console, number: int, scene: Scene) -> None:
    console.print()
    console.print(Rule(f"[bold]{number}. {escape(scene.title)}[/]", align="left"))
    console.print(f"expected: {scene.expected}", style="dim", highlight=False)


def outcome(console: Console, expected: Expected, decision: Json, fits: bool) -> None:
    console.print(decision_table(decision))
    if not fits:
        console.print(f"This is not what was expected: {expected}", style="bold red")


def edited(console: Console, policy: Path, before: str, after: str) -> None:
    console.print()
    console.print(
        Rule(f"[bold]Now one threshold in {policy.name} is edited, and nothing is restarted[/]", align="left")
    )
    for line in unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            console.print(
                f"  {line}", style={"-": "red", "+": "green"}.get(line[:1], "dim"), markup=False, highlight=False
            )


def summary(console: Console, results: list[tuple[Scene, Json, bool]], duration_s: float) -> None:
    table = Table("", "scene", "decision", "as expected")
    for number, (scene, decision, fits) in enumerate(results, start=1):
        table.add_row(
            str(number), escape(scene.title), decision["decision"], "[green]yes[/]" if fits else "[bold red]no[/]"
        )
    console.print()
    console.print(table)
    as_expected = sum(fits for _, _, fits in results)
    console.print(
        f"{as_expected} of {len(results)} decisions as expected, in {duration_s:.0f} seconds.", highlight=False
    )


def how_to_try(console: Console) -> None:
    console.print(
        """
Try your own pictures: keep the service running with

  make serve

and, in another terminal,

  .venv/bin/countersign register --tenant acme --user you --selfie you.jpg --consent 2026-01
  .venv/bin/countersign auth     --tenant acme --user you --selfie you-again.jpg

Then edit policies/acme.yaml, save it, and ask again.""",
        highlight=False,
        soft_wrap=True,
    )
