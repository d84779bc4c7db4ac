"""`python -m audit`: bandit, detect-secrets, pinned hashes, and pip-audit; `--only advisories` is the last alone.

Exit code: 0 clean, 1 something was found, 3 nothing was found but something could not be checked. Without the
network pip-audit cannot ask for advisories: that is said, and is not clean.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
CODE = ("app.py", "chalicelib", "cli", "sandbox", "bench", "fuzz", "audit")
DEPLOYED = "requirements.txt"
BASELINE = PROJECT / ".secrets.baseline"


@dataclass(frozen=True, slots=True)
class Report:
    """`found` are lines that tell what is wrong; `unchecked` what nobody could look at."""

    what: str
    found: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    looks = {"code": insecure_code, "secrets": secrets, "pins": pinned_hashes, "advisories": advisories}
    parser.add_argument("--only", choices=looks, help="one of the looks; advisories need the network")
    only = parser.parse_args().only
    reports = [look() for name, look in looks.items() if only in (None, name)]
    for report in reports:
        verdict = "FOUND" if report.found else "NOT CHECKED" if report.unchecked else "clean"
        print(f"{verdict:12} {report.what}", *report.found, *report.unchecked, sep="\n    ")
    if any(report.found for report in reports):
        return 1
    return 3 if any(report.unchecked for report in reports) else 0


def insecure_code() -> Report:
    """bandit; what it is not asked, and why, is in pyproject.toml."""
    answer = _run("bandit", "--quiet", "--recursive", *CODE, "--configfile", "pyproject.toml", "--format", "json")
    results = json.loads(answer.stdout)["results"]
    found = tuple(f"{one['filename']}:{one['line_number']} {one['test_id']} {one['issue_text']}" for one in results)
    return Report("insecure code (bandit)", found)


def secrets() -> Report:
    """detect-secrets over all files of the repository; what the baseline names was looked at and is none."""
    known = json.loads(BASELINE.read_text())
    plugins = {plugin["name"] for plugin in known["plugins_used"]}
    listed = _run("git", "ls-files").stdout.split()
    files = [name for name in listed if name != BASELINE.name and (PROJECT / name).is_file()]
    scanned = json.loads(_run("detect-secrets", "scan", *_without(plugins), *files).stdout)["results"]
    accepted = {(name, one["hashed_secret"]) for name, ones in known["results"].items() for one in ones}
    found = (
        f"{name}:{one['line_number']} {one['type']}"
        for name, ones in scanned.items()
        for one in ones
        if (name, one["hashed_secret"]) not in accepted
    )
    return Report("secrets in the repository (detect-secrets)", tuple(found))


def pinned_hashes() -> Report:
    """Each requirement of a lock file is one exact version with the hashes of its files."""
    found = []
    for lock in sorted(PROJECT.glob("requirements*.txt")):
        for requirement in re.split(r"\n(?=\S)", lock.read_text().replace("\\\n", "").strip()):
            if not requirement.startswith(("#", "--")) and not (
                "==" in requirement and "--hash=sha256:" in requirement
            ):
                found.append(f"{lock.name}: {requirement[:60]}")
    return Report("dependencies pinned with hashes", tuple(found))


def advisories() -> Report:
    """pip-audit over what Lambda gets. A dependency that it could not look up is unchecked, never clean."""
    what = f"known vulnerabilities of {DEPLOYED} (pip-audit)"
    answer = _run("pip-audit", "--require-hashes", "--disable-pip", "-r", DEPLOYED, "--format", "json", "--timeout=15")
    try:
        dependencies = json.loads(answer.stdout)["dependencies"]
    except (ValueError, KeyError):
        return Report(what, unchecked=(f"pip-audit gave no answer: {answer.stderr.strip()[-200:]}",))
    found = (f"{one['name']} {one['version']}: {bug['id']}" for one in dependencies for bug in one.get("vulns", ()))
    skipped = (f"{one['name']}: {one['skip_reason']}" for one in dependencies if "skip_reason" in one)
    return Report(what, tuple(found), tuple(skipped))


def _without(used: set[str]) -> list[str]:
    """detect-secrets' options for the plugins that the baseline does without."""
    listed = _run("detect-secrets", "scan", "--list-all-plugins").stdout.split()
    return [option for name in listed if name not in used for option in ("--disable-plugin", name)]


def _run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    beside = Path(sys.executable).with_name(tool)
    command = [str(beside) if beside.exists() else tool, *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    raise SystemExit(main())
