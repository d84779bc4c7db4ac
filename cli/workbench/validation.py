"""Validate policies: all that makes them invalid, or else all that the lints find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from chalicelib.errors import PolicyError
from chalicelib.model.plugins import Plugins
from chalicelib.policy.load import load_with_places
from cli.errors import CliError
from cli.workbench.diagnostics import Diagnostic
from cli.workbench.folder import TEST_SUFFIX, PolicyFolder
from cli.workbench.lints import lint
from cli.workbench.lints.subject import Subject

Target = tuple[PolicyFolder, str]


def targets(paths: Iterable[Path]) -> list[Target]:
    """The policies meant by files and folders, each once; a test file means its policy. Raises CliError for others."""
    found: dict[Target, None] = {}
    for path in paths:
        if path.is_dir():
            folder = PolicyFolder(path)
            if not folder.tenants():
                raise CliError(f"There are no policies (*.yaml) in {path}.")
            found |= dict.fromkeys((folder, tenant) for tenant in folder.tenants())
        elif path.suffix == ".yaml":
            found[PolicyFolder(path.parent), path.stem.removesuffix(TEST_SUFFIX)] = None
        else:
            raise CliError(f"{path} is neither a policy file (*.yaml) nor a folder of them.")
    return list(found)


def validate(policies: Iterable[Target], plugins: Plugins, today: date) -> list[Diagnostic]:
    """All diagnostics in the order of the places; what two policies inherit is told once."""
    return sorted({each for folder, tenant in policies for each in _validate(folder, tenant, plugins, today)})


def _validate(folder: PolicyFolder, tenant: str, plugins: Plugins, today: date) -> Iterator[Diagnostic]:
    try:
        subject = Subject(load_with_places(tenant, folder.read, plugins), plugins)
        found = list(lint(subject, today))
    except PolicyError as error:
        found = [Diagnostic(problem) for problem in error.problems]
    yield from located(found, folder)


def located(found: Iterable[Diagnostic], folder: PolicyFolder) -> Iterator[Diagnostic]:
    """With the files' paths as the user would write them."""
    for each in found:
        yield replace(each, problem=replace(each.problem, file=str(folder.path / each.problem.file)))
