"""policy prove: what holds of every combination of findings."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.text import Text

from chalicelib.engine.plan import checks_of
from chalicelib.model.decision import Verdict
from chalicelib.model.findings import Outcome
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Flow, Policy
from chalicelib.policy.load import Loaded, load_with_places
from chalicelib.policy.problems import nearest, one_of
from chalicelib.policy.prove import Assertion, Example, assertions_of, combinations, counterexample, flows_of
from chalicelib.policy.schema import ASSERTED
from cli.errors import CliError
from cli.workbench.folder import POLICY_ARGUMENT, find_policy, installed_plugins, policies_option
from cli.workbench.output import plain_table, show

IMPORTANT = ("liveness", "duplicate_face")  # asked about even where the policy does not name them


@click.command(epilog=POLICY_ARGUMENT)
@click.argument("policy")
@click.option(
    "--never",
    type=click.Choice([each.value for each in ASSERTED]),
    default=Verdict.APPROVED.value,
    show_default=True,
    help="The decision that must not be.",
)
@click.option(
    "--without", metavar="CHECK", multiple=True, help="... unless this check passed; repeatable: one of them."
)
@click.option(
    "--with",
    "having",
    metavar="CHECK=OUTCOME",
    multiple=True,
    help="... while this check finds pass, fail, inconclusive.",
)
@click.option("--in", "flows", metavar="FLOW", multiple=True, help="Only in this flow; repeatable. Default: all.")
@policies_option
def prove(
    policy: str, never: str, without: tuple[str, ...], having: tuple[str, ...], flows: tuple[str, ...], folder: Path
) -> None:
    """Ask what can never happen in POLICY, over every combination of findings: a proof, or a counterexample.

    Without a question: each assertion of the file, and which checks nobody can be approved without. Questions are
    written in the file as `assert:`; a policy that breaks one is invalid. Findings are taken as independent, so a
    counterexample may be a combination that AWS never gives; a proof holds in any case.

    Exit codes: 0 proved (or just looked), 1 a counterexample, 2 wrong usage or an invalid policy.

    \b
    Examples:
      countersign policy prove acme
      countersign policy prove acme --without liveness --in register
      countersign policy prove acme --with mrz_consistent=inconclusive
    """
    plugins = installed_plugins()
    found, tenant = find_policy(policy, folder)
    loaded = load_with_places(tenant, found.read, plugins)
    if not (without or having):
        _overview(loaded)
        return
    assertion = _question(never, without, having, flows, plugins, loaded.policy)
    rows = [(flow, counterexample(flow, assertion)) for flow in flows_of(loaded.policy, assertion)]
    answers = [(f"  {flow.name}", *_answer(flow, assertion.never, example)) for flow, example in rows]
    show(Text(f"{assertion}", style="bold"), plain_table((), answers))
    sys.exit(any(example is not None for _, example in rows))


def _question(
    never: str,
    without: tuple[str, ...],
    having: tuple[str, ...],
    flows: tuple[str, ...],
    plugins: Plugins,
    policy: Policy,
) -> Assertion:
    if without and having:
        raise CliError("Ask with --without or with --with, not both.")
    for flow in flows:
        _known("flow", flow, policy.flows)
    pairs = [(check, Outcome.PASS) for check in without] or [_pair(text) for text in having]
    for check, _ in pairs:
        _known("check", check, plugins.checks)
    return Assertion(Verdict(never), bool(without), frozenset(pairs), flows)


def _pair(text: str) -> tuple[str, Outcome]:
    check, _, outcome = text.partition("=")
    if outcome not in set(Outcome):
        raise CliError(f"{text!r} is not CHECK=OUTCOME, the outcome being {one_of(Outcome)}.")
    return check, Outcome(outcome)


def _known(kind: str, name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        meant = nearest(name, names)
        raise CliError(
            f"There is no {kind} {name!r}. {f'Did you mean {meant!r}?' if meant else f'It is {one_of(names)}.'}"
        )


def _overview(loaded: Loaded) -> None:
    policy = loaded.policy
    asserted = [
        (f"  {node.place.file}:{node.place.line}", str(assertion), f"in {_names(flows_of(policy, assertion))}")
        for node, assertion in assertions_of(loaded.tree)
    ]
    show(
        Text("asserted, and proved", style="bold"),
        plain_table((), asserted or [("  nothing", "", "write `assert:` to keep what must not be lost")]),
    )
    for flow in policy.flows.values():
        answers = [(f"  {check}", *_answer(flow, Verdict.APPROVED, example)) for check, example in _approvals(flow)]
        show(Text(f"\n{flow.name}: never approved without ...", style="bold"), plain_table((), answers))


def _names(flows: tuple[Flow, ...]) -> str:
    return ", ".join(flow.name for flow in flows)


def _approvals(flow: Flow) -> Iterator[tuple[str, Example | None]]:
    """Each check of the flow, in its order, and how to be approved without its passing."""
    for check in dict.fromkeys((*(step.check for step in checks_of(flow)), *IMPORTANT)):
        example = counterexample(flow, Assertion(Verdict.APPROVED, True, frozenset({(check, Outcome.PASS)})))
        yield check, example


def _answer(flow: Flow, never: Verdict, example: Example | None) -> tuple[Text, str]:
    if example is None:
        return Text("proved", style="green"), f"all {combinations(flow):,} combinations of findings"
    return Text("not so", style="red"), f"{never} with {example}"
