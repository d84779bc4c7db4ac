"""What a package was made of. Terraform compares it with the sources, so that an old zip cannot be applied."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

_FILES = ("app.py", "requirements.txt", ".chalice/config.json")


def source_files(project: Path) -> list[str]:
    """The files that the package is made of, relative to `project`."""
    modules = [path for path in (project / "chalicelib").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return sorted([*_FILES, *(path.relative_to(project).as_posix() for path in modules)])


def package_manifest(project: Path, zip_sha256: str, python_version: str, architecture: str) -> dict[str, Any]:
    return {
        "zip_sha256": zip_sha256,
        "python_version": python_version,
        "architecture": architecture,
        "sources": _digests(project),
        "sources_sha256": sources_digest(project),
    }


def sources_digest(project: Path) -> str:
    """Names a version of the app: SHA-256 over the digests of its files."""
    return hashlib.sha256(json.dumps(_digests(project), sort_keys=True).encode()).hexdigest()


def _digests(project: Path) -> dict[str, str]:
    return {name: _sha256(project / name) for name in source_files(project)}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
