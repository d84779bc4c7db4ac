"""The zip: what may be in it, how large it may be, and the same bytes for the same files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cli.errors import CliError

MAX_ZIP_BYTES = 10 * 1024 * 1024
_LEFT_OUT = {"tests", "benchmarks", "bin"}  # folders that packages bring and that nothing imports
_LEFT_OUT_ENDINGS = (".pyi", ".typed")
_LEFT_OUT_FILES = {"RECORD", "INSTALLER", "REQUESTED"}  # pip's notes on its own work
_NOT_THE_APP = {"cli", "sandbox", "tests", "moto", "boto3", "botocore"}
_OLDEST = (1980, 1, 1, 0, 0, 0)  # a zip knows no earlier date
_MODE = 0o100644 << 16


def write_archive(tree: Path, archive: Path) -> str:
    """Zip the files of `tree` that Lambda needs; the zip's SHA-256.

    Raises CliError when something is in it that does not belong to the app, or when it is too large.
    """
    files = [path.relative_to(tree) for path in sorted(tree.rglob("*")) if path.is_file()]
    wanted = [path for path in files if _belongs(path)]
    if strange := sorted({path.parts[0] for path in wanted} & _NOT_THE_APP):
        raise CliError(f"These do not belong into the Lambda package: {', '.join(strange)}")
    with ZipFile(archive, "w", ZIP_DEFLATED, compresslevel=9) as target:
        for path in wanted:
            entry = ZipInfo(path.as_posix(), _OLDEST)
            entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, _MODE, 3
            target.writestr(entry, (tree / path).read_bytes())
    size_bytes = archive.stat().st_size
    if size_bytes >= MAX_ZIP_BYTES:
        raise CliError(f"The Lambda package has {size_bytes:,} bytes; it must stay below {MAX_ZIP_BYTES:,}.")
    return hashlib.sha256(archive.read_bytes()).hexdigest()


def _belongs(path: Path) -> bool:
    if _LEFT_OUT.intersection(path.parts[:-1]) or path.name.endswith(_LEFT_OUT_ENDINGS):
        return False
    return not (path.parent.name.endswith(".dist-info") and path.name in _LEFT_OUT_FILES)
