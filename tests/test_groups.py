"""The tests share what is costly to start, by groups; pytest-xdist and pytest have to agree on what a group is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_TESTS = """
import os, pathlib, pytest

@pytest.mark.xdist_group("together")
@pytest.mark.parametrize("number", range(6))
def test_of_the_group(number):
    with open(pathlib.Path(__file__).with_name("ran"), "a") as ran:
        ran.write(f"{os.environ['PYTEST_XDIST_WORKER']}-{number} ")

@pytest.mark.parametrize("number", range(6))
def test_of_no_group(number):
    pass
"""


def test_a_group_runs_in_one_process_and_in_its_order(tmp_path: Path) -> None:
    (tmp_path / "test_grouped.py").write_text(_TESTS)
    options = ["-q", "-p", "xdist", "-n", "2", "--dist", "loadgroup", "--rootdir", "."]
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # the other plugins take seconds to start

    command = [sys.executable, "-m", "pytest", *options]
    done = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    ran = (tmp_path / "ran").read_text().split()
    (worker,) = {one.split("-")[0] for one in ran}
    assert ran == [f"{worker}-{number}" for number in range(6)]
