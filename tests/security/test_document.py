"""docs/security.md names tests that exist, and nothing that was checked by hand."""

from __future__ import annotations

import ast
import re

import pytest

from cli.local.processes import PROJECT

NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (PROJECT / "docs/security.md").read_text())))


def test_the_document_names_tests() -> None:
    assert len(NAMED) > 30


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_named_test_exists(file: str, test: str) -> None:
    tree = ast.parse((PROJECT / file).read_text())
    assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_a_test() -> None:
    promises = (PROJECT / "docs/security.md").read_text().partition("## Promises")[2].partition("## What is not")[0]
    for promise in re.split(r"\n- ", promises)[1:]:
        assert "`tests/" in promise, promise
