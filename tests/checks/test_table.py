"""The table of checks: one module and one line make a check; installed packages may bring theirs."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

import chalicelib.checks
from chalicelib.checks import BUILT_IN, all_checks, built_in_checks, installed_checks

SOURCE = '''
"""The card is blue."""

from dataclasses import dataclass
from typing import Annotated

from chalicelib.model.document import IdDocument
from chalicelib.model.findings import Finding, failed
from chalicelib.model.plugins import Number

READS = "nothing"
REASONS = {"not_blue": "The card is not blue: paint it."}


@dataclass(frozen=True, slots=True)
class Parameters:
    min_blue: Annotated[float, Number("percent", 0, 100, "least blue")] = 50


def judge(parameters: Parameters, *, id_document: IdDocument) -> Finding:
    return failed("not_blue", 0, parameters.min_blue)
'''


@pytest.fixture
def blue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an importable module that is a check."""
    name = "blue_card"
    (tmp_path / f"{name}.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    sys.modules.pop(name, None)


def install(monkeypatch: pytest.MonkeyPatch, *values: str) -> None:
    """As if packages with these entry points were installed."""
    points = EntryPoints(EntryPoint(value, value, chalicelib.checks.ENTRY_POINT_GROUP) for value in values)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: points.select(group=group))


def test_every_module_is_in_the_table() -> None:
    folder = Path(chalicelib.checks.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert modules == set(built_in_checks())
    assert len(BUILT_IN) == len(modules)


def test_a_module_and_a_line_make_a_check(blue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module(blue)
    monkeypatch.setattr(chalicelib.checks, "BUILT_IN", (*BUILT_IN, module))
    check = built_in_checks()["blue_card"]
    assert (check.summary, check.needs) == ("The card is blue.", ("id_document",))
    assert [parameter.name for parameter in check.parameters] == ["min_blue"]
    assert check.judge(check.make_parameters(), id_document=None).reason == "not_blue"


def test_an_installed_package_brings_a_check(blue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, blue)
    assert list(installed_checks()) == ["blue_card"]
    assert list(all_checks()) == [*built_in_checks(), "blue_card"]


def test_two_checks_of_one_name_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "chalicelib.checks.pose")
    with pytest.raises(ValueError, match=r"two checks are named 'pose': chalicelib.checks.pose and"):
        all_checks()


def test_an_entry_point_names_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "chalicelib.checks.pose:judge")
    with pytest.raises(TypeError, match="is not a module; point it at the check's module"):
        installed_checks()


def test_an_installed_module_lacks_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "json")
    with pytest.raises(TypeError, match="has no READS"):
        installed_checks()
