"""The build: app and dependencies staged, packaged by Chalice, precompiled, zipped, described.

Nothing of it depends on when or where it runs, so the same sources give the same zip (with the same Python).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

from cli.local.processes import PROJECT
from cli.packaging.archive import write_archive
from cli.packaging.interpreters import Interpreter
from cli.packaging.manifest import package_manifest, source_files
from cli.packaging.module import ARCHITECTURES, child_module
from cli.packaging.steps import run

Say = Callable[[str], None]

OUTPUT = PROJECT / "build" / "package"
_TASK_ROOT = "/var/task"  # where Lambda unpacks the zip: tracebacks name files there
# Lambda's Python 3.12 and 3.13 run on Amazon Linux 2023, which has glibc 2.34.
_MANYLINUX = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")


def build(interpreter: Interpreter, architecture: str, output: Path, say: Say, project: Path = PROJECT) -> None:
    """Put the child module, the zip and its manifest into `output`, all or nothing.

    Raises CliError when a dependency cannot be installed, Chalice fails or the zip is not as it should be.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent) as scratch:
        stage, packaged, made = (Path(scratch) / name for name in ("stage", "packaged", "made"))
        _stage_sources(stage, project)
        say(f"installing the dependencies for Python {interpreter.series} on {architecture} ...")
        _install_dependencies(stage / "vendor", interpreter, architecture, project)
        say("packaging with Chalice ...")
        _chalice_package(stage, packaged)
        say("precompiling and zipping ...")
        made.mkdir()
        tree = Path(scratch) / "tree"
        with ZipFile(packaged / "deployment.zip") as archive:
            archive.extractall(tree)
        precompile(tree, interpreter)
        digest = write_archive(tree, made / "deployment.zip")
        chalice_output = json.loads((packaged / "chalice.tf.json").read_text())
        _write_json(made / "main.tf.json", child_module(chalice_output, f"python{interpreter.series}", architecture))
        _write_json(made / "package.json", package_manifest(project, digest, interpreter.version, architecture))
        shutil.rmtree(output, ignore_errors=True)
        made.rename(output)


def _stage_sources(stage: Path, project: Path) -> None:
    """Chalice takes app.py, chalicelib/ and vendor/. Its requirements.txt stays empty: see _install_dependencies."""
    for name in source_files(project):
        if name.startswith("requirements"):
            continue
        target = stage / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project / name, target)
    (stage / "requirements.txt").touch()


def _install_dependencies(vendor: Path, interpreter: Interpreter, architecture: str, project: Path) -> None:
    """By pip itself, under Lambda's Python and for its platform, with the lock's hashes.

    Chalice would build for x86_64 only, look at no hashes, and go on without what it could not install.
    """
    machine = ARCHITECTURES[architecture]
    platforms = [option for each in _MANYLINUX for option in ("--platform", f"{each}_{machine}")]
    pip = [sys.executable, "-m", "pip", "--python", interpreter.path, "--disable-pip-version-check", "--no-input"]
    install = ["install", "--quiet", "--target", str(vendor), "--no-deps", "--no-compile", "--require-hashes"]
    target = ["--only-binary=:all:", "--implementation", "cp", "--python-version", interpreter.series, *platforms]
    run(
        "Installing the dependencies",
        [*pip, *install, *target, "--requirement", str(project / "requirements.txt")],
        cwd=project,
        environment=os.environ,
    )


def _chalice_package(stage: Path, output: Path) -> None:
    command = [sys.executable, "-c", "import sys; from chalice.cli import main; sys.exit(main())"]
    run(
        "chalice package",
        [*command, "package", "--pkg-format", "terraform", str(output)],
        cwd=stage,
        environment=os.environ | {"AWS_DEFAULT_REGION": "us-east-1"},  # asked for, and not used
    )


def precompile(tree: Path, interpreter: Interpreter) -> None:
    """Bytecode that Lambda takes as it is, without a look at the source's date: its file system is read-only."""
    command = [interpreter.path, "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash"]
    run(
        "Precompiling",
        [*command, "-s", str(tree), "-p", _TASK_ROOT, str(tree)],
        cwd=tree,
        environment=os.environ | {"PYTHONHASHSEED": "0"},  # the order of sets of constants
    )


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
