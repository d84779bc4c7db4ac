"""policy test: run the cases beside a policy, and say what they leave out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click
from rich.text import Text

from chalicelib.errors import PolicyError
from cli.errors import CliError
from cli.workbench.diagnostics import Diagnostic, plural
from cli.workbench.folder import TEST_SUFFIX, PolicyFolder, installed_plugins
from cli.workbench.output import plain_table, show
from cli.workbench.reports import REPORTS
from cli.workbench.testing.run import Decide, Tested, run_tests
from cli.workbench.testing.suite import has_suite
from cli.workbench.validation import Target, located, targets


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--min-coverage", type=click.FloatRange(0, 100), help="Fail below this percentage.")
@click.option("--format", "format_", type=click.Choice(list(REPORTS)), default="text", show_default=True)
@click.option("--sandbox", is_flag=True, help="Run cases with pictures too, in an app and a sandbox started here.")
def test(paths: tuple[Path, ...], min_coverage: float | None, format_: str, sandbox: bool) -> None:
    """Run the cases of TENANT.test.yaml against TENANT.yaml: files or folders, by default the folder policies.

    The engine itself judges each case, with the case's values in place of what AWS would say. Coverage is the share of
    the steps' and branches' outcomes (pass, fail, inconclusive) that some case brings about. A case with `pictures`
    needs --sandbox, which takes about half a minute to start.

    Exit code: 0 all as expected, 1 not, or coverage too low, 2 wrong usage.

    \b
    Examples:
      countersign policy test
      countersign policy test policies/acme.yaml --min-coverage 100
    """
    policies = targets(paths or (Path("policies"),))
    if not any(has_suite(*target) for target in policies):
        raise CliError("None of these policies has tests; docs/policies.md shows how to write TENANT.test.yaml.")
    with ExitStack() as running:
        looks = _looks({folder for folder, _ in policies} if sandbox else set(), running)
        found, lowest = _run_all(policies, looks, quiet=format_ != "text")
    show(*REPORTS[format_](sorted(set(found))))
    low = min_coverage is not None and lowest < min_coverage
    if low:
        click.secho(f"coverage is below {min_coverage:g}%", fg="red", err=True)
    sys.exit(bool(found) or low)


def _looks(folders: set[PolicyFolder], running: ExitStack) -> dict[PolicyFolder, Callable[[str], Decide]]:
    """For each folder a running app; nothing of it is imported where none is asked for."""
    if not folders:
        return {}
    from cli.workbench.testing.sandboxed import looking  # noqa: PLC0415 - it brings the whole local service

    say = partial(click.secho, err=True, dim=True)
    return {folder: running.enter_context(looking(folder, say)) for folder in folders}


def _run_all(
    policies: list[Target], looks: Mapping[PolicyFolder, Callable[[str], Decide]], *, quiet: bool
) -> tuple[list[Diagnostic], float]:
    """What came otherwise than expected, and the lowest coverage in percent."""
    plugins = installed_plugins()
    found: list[Diagnostic] = []
    lowest = 100.0
    for folder, tenant in policies:
        if not has_suite(folder, tenant):
            lowest = 0
            click.secho(f"{tenant}: no tests ({folder.file(tenant + TEST_SUFFIX)})", fg="yellow", err=True)
            continue
        try:
            look = looks[folder](tenant) if folder in looks else None
            tested = run_tests(folder, tenant, plugins, look)
        except PolicyError as error:
            found += located(map(Diagnostic, error.problems), folder)
            continue
        found += tested.diagnostics
        lowest = min(lowest, tested.coverage.percent)
        if not quiet:
            _summarize(tested)
    return found, lowest


def _summarize(tested: Tested) -> None:
    covered = tested.coverage
    total = len(covered.reached) + len(covered.missed)
    words = f"{tested.tenant}: {plural(tested.cases, 'case')}, {len(tested.diagnostics)} otherwise than expected"
    words += f"; coverage {covered.percent:.0f}% ({len(covered.reached)} of {total} outcomes)"
    if tested.left_out:
        words += f"; {plural(tested.left_out, 'case')} with pictures left out (--sandbox runs them)"
    show(Text(words, style="red" if tested.diagnostics else "green" if not covered.missed else "yellow"))
    if covered.missed:
        rows = ((f"  {each.flow}", each.step, each.outcome.value, each.consequence) for each in covered.missed)
        show(plain_table(("  no case: flow", "step", "outcome", "means"), rows))
