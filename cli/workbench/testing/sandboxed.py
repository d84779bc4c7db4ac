"""Cases with pictures: sent to the app, which runs here with the sandbox in place of AWS."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from chalicelib.errors import PolicyError
from chalicelib.model.decision import StepResult, Verdict
from chalicelib.model.findings import Finding, Outcome
from chalicelib.model.policy import Consequence
from cli.client import Client, ProblemError
from cli.errors import CliError
from cli.local.stack import StackOptions, local_stack
from cli.request import Pictures, Request, body_of, read_picture
from cli.workbench.folder import PolicyFolder
from cli.workbench.testing.run import Decide, Decided
from cli.workbench.testing.suite import Case

_CONSENT = "policy-test"
_KINDS = ("selfie", "id_card", "id_card_back")


@contextmanager
def looking(folder: PolicyFolder, say: Callable[[str], None]) -> Iterator[Callable[[str], Decide]]:
    """Start the app with the folder's policies; what is yielded gives, for a tenant, how its cases are decided.

    Nobody is registered at first, and all cases of a tenant see the same people, in the order of the file.
    """
    with tempfile.TemporaryDirectory() as home, local_stack(StackOptions(folder.path, Path(home)), say) as stack:
        yield lambda tenant: partial(decided, folder, Client(stack.url, stack.key(tenant)))


def decided(folder: PolicyFolder, client: Client, case: Case) -> Decided:
    """What the app decides about the case's pictures. Raises PolicyError, with the case's place, when it cannot."""
    said = case.pictures
    try:
        pictures = [read_picture(folder.path / said[name]) if name in said else None for name in _KINDS]
        user_id = said.get("user", case.title)
        request = Request(case.flow, user_id, Pictures(*pictures), said.get("properties", {}), _CONSENT)
        decision = client.whole_decision(client.verify(body_of(request, client)))
    except ProblemError as refused:  # a conflict, or a picture that cannot be used
        raise PolicyError((case.node.place.problem(f"{case.title!r} in {case.flow}: {refused}"),)) from refused
    except CliError as error:
        raise PolicyError((case.node.place.problem(str(error)),)) from error
    reasons = tuple(_reason(each) for each in decision["reasons"])
    return Decided(Verdict(decision["decision"]), reasons, tuple(map(_result, decision["findings"])))


def _reason(reason: Mapping[str, Any]) -> str:
    return f"{reason['step']}.{reason['code']}" if reason["step"] else str(reason["code"])


def _result(finding: Mapping[str, Any]) -> StepResult:
    """Of the API's answer, as much as coverage asks for."""
    consequence = finding.get("consequence")
    return StepResult(
        step=finding["step"],
        check=finding["check"],
        finding=Finding(Outcome(finding["outcome"]), finding["reason"]),
        consequence=Consequence(consequence) if consequence else None,
        duration_ms=0.0,
        branches=tuple(map(_result, finding.get("branches", ()))),
    )
