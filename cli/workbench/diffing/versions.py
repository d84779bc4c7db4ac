"""Where a version of the policies is: files and folders as they are, or as they were at a git revision."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CliError
from cli.workbench.folder import TEST_SUFFIX, PolicyFolder


@dataclass(frozen=True, slots=True)
class Version:
    """`one_file`: it names one policy's file; else it is a folder of them."""

    one_file: bool
    tenants: tuple[str, ...]
    read: Callable[[str], str | None]


def find_version(given: str, folder: Path) -> Version:
    """A policy file, a folder of policies, a git revision (then of `folder`), or revision:path of either kind.

    Raises CliError when it is none of them.
    """
    path = Path(given)
    if path.is_dir():
        found = PolicyFolder(path)
        return Version(False, found.tenants(), found.read)
    if path.is_file():
        return Version(True, (path.stem,), PolicyFolder(path.parent).read)
    revision, colon, inside = given.partition(":")
    return _at_revision(given, revision, Path(inside) if colon else folder)


def _at_revision(given: str, revision: str, path: Path) -> Version:
    if _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        raise CliError(f"{given} is neither a policy file, nor a folder of policies, nor a git revision.")
    tenants: tuple[str, ...]
    if path.suffix == ".yaml":
        tenants, folder = (path.stem,), path.parent
    else:
        listed = _git("ls-tree", "--name-only", revision, f"{path}/") or ""
        names = [Path(line).name for line in listed.splitlines() if line.endswith(".yaml")]
        tenants = tuple(name[:-5] for name in names if not name.endswith(f"{TEST_SUFFIX}.yaml"))
        folder = path
    if not tenants:
        raise CliError(f"There are no policies in {path} at {revision}.")
    return Version(path.suffix == ".yaml", tenants, lambda name: _git("show", f"{revision}:./{folder / name}.yaml"))


def _git(*arguments: str) -> str | None:
    """What git prints; None when it cannot."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False, timeout=60)
    except FileNotFoundError:
        raise CliError("git is not installed: name files or folders instead of a revision.") from None
    return done.stdout if done.returncode == 0 else None
