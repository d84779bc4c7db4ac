"""policy calibrate: the threshold that labelled pairs support."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from chalicelib.engine.plan import checks_of
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Policy, Step
from chalicelib.policy.load import load_policy
from cli.calibration.page import Row, calibration_page, percent, told
from cli.calibration.rates import Sample, read_sample
from cli.errors import CliError
from cli.workbench.folder import POLICY_ARGUMENT, find_policy, installed_plugins, policies_option
from cli.workbench.output import plain_table, show

_USUAL = (80.0, 90.0, 95.0, 97.0, 98.0, 99.0, 99.5, 99.9)


@click.command(epilog=POLICY_ARGUMENT)
@click.argument("labelled", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--target-fmr",
    type=click.FloatRange(0, 50, min_open=True),
    metavar="PERCENT",
    help="Find the lowest threshold with at most this false match rate.",
)
@click.option("--confidence", type=click.FloatRange(50, 99.99), default=95.0, show_default=True, help="In percent.")
@click.option("--policy", help="Show the change of this policy's file; with --step.")
@click.option("--step", metavar="ID", help="The step whose threshold it is, such as id_face_match.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write plots and the table here.")
@policies_option
def calibrate(
    labelled: Path,
    target_fmr: float | None,
    confidence: float,
    policy: str | None,
    step: str | None,
    html: Path | None,
    folder: Path,
) -> None:
    """Tell the error rates at each threshold from LABELLED pairs, and the threshold for a false match rate.

    LABELLED is a CSV file with the columns score (similarity, 0 to 100) and label: genuine for two pictures of one
    person, impostor for pictures of two. Scores must go down to where impostors are, so ask AWS with a threshold of 0.

    Rates have Clopper-Pearson intervals. A threshold is named only if the sample supports it: without any false match,
    3,000 impostor pairs show at most 0.1 % at 95 % confidence (the rule of 3 of ISO/IEC 19795-1). That holds for
    independent pairs; many pairs of few people say less. Check a threshold that was found on one set of pairs with
    another. A search over N faces makes about N times as many false
    matches as a comparison with one.

    \b
    Examples:
      countersign policy calibrate pairs.csv
      countersign policy calibrate pairs.csv --target-fmr 0.1 --policy acme --step id_face_match
    """
    sample, certainty = read_sample(labelled), confidence / 100
    steps = _steps(policy, step, folder)
    before = steps[0][2] if steps else None
    found = sample.threshold_for(target_fmr / 100, certainty) if target_fmr is not None else None
    wanted = {*_USUAL, *(each for each in (found, before) if each is not None)}
    rows = [(each, sample.fmr(each, certainty), sample.fnmr(each, certainty)) for each in sorted(wanted)]
    _tell(sample, rows, found, confidence)
    if found is not None and steps:
        show(Text("\nthe change:", style="bold"))
        click.echo(_yaml(steps, found))
    if html:
        html.write_text(calibration_page(sample, rows, found, before), encoding="utf-8")
        show(Text(f"written to {html}", style="dim"))


def _tell(sample: Sample, rows: list[Row], found: float | None, confidence: float) -> None:
    show(
        Text(
            f"{len(sample.genuine):,} genuine and {len(sample.impostor):,} impostor pairs, "
            f"{confidence:g} % confidence\n"
        ),
        plain_table(
            ("threshold", "FMR", "", "FNMR", ""),
            ((f"{each:g}", told(fmr), _rough(fmr.rough), told(fnmr), _rough(fnmr.rough)) for each, fmr, fnmr in rows),
        ),
        Text("~ fewer than 30 errors: the rate is rough (rule of 30, ISO/IEC 19795-1)", style="dim"),
    )
    if found is not None:
        fmr = next(fmr for each, fmr, _ in rows if each == found)
        show(Text(f"\nthreshold {found:g}: the FMR is at most {percent(fmr.at_most)} %", style="bold"))


def _rough(rough: bool) -> str:
    return "~" if rough else ""


def _steps(policy: str | None, step: str | None, folder: Path) -> list[tuple[str, Step, float, str]]:
    """Where the step is: flow, step, its threshold and what that is called."""
    if policy is None or step is None:
        if policy or step:
            raise CliError("--policy and --step belong together.")
        return []
    plugins = installed_plugins()
    found, tenant = find_policy(policy, folder)
    steps = _thresholds(load_policy(tenant, found.read, plugins), step, plugins)
    if not steps:
        raise CliError(f"{tenant} has no step {step!r} with a similarity threshold.")
    return steps


def _thresholds(policy: Policy, step: str, plugins: Plugins) -> list[tuple[str, Step, float, str]]:
    return [
        (flow.name, each, float(getattr(each.parameters, parameter.name)), parameter.name)
        for flow in policy.flows.values()
        for each in checks_of(flow)
        if each.id == step
        for parameter in plugins.checks[each.check].parameters
        if parameter.handed_to_aws
    ]


def _yaml(steps: list[tuple[str, Step, float, str]], threshold: float) -> str:
    lines = ["flows:"]
    for flow, step, before, parameter in steps:
        lines += [f"  {flow}:", f"    adjust: {{{step.id}: {{{parameter}: {threshold:g}}}}}  # was {before:g}"]
    return "\n".join(lines)
