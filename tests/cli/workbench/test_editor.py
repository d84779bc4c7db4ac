"""What editors make of the schemas: by the YAML language server that VS Code's YAML extension runs, if it is here.

`npm install yaml-language-server` in the project's folder, or anywhere on the PATH, brings it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chalicelib.policy.tree import read_tree
from cli.local.policies import policy_files
from cli.local.processes import PROJECT
from cli.reference import pages
from tests.policy.test_shipped import POLICIES

ASK = Path(__file__).parent / "editor" / "ask.js"
DRAFT = """\
# yaml-language-server: $schema=../docs/policy.schema.json
policy: shop
flows:
  register:
    steps:
      - check: pose
        with:
          max_yaw_deg: 30

      - check: pos
        with: {min_confidence: 0.8}
"""


def language_server() -> str | None:
    found = shutil.which("yaml-language-server", path=f"{PROJECT / 'node_modules' / '.bin'}") or shutil.which(
        "yaml-language-server"
    )
    return str(Path(found).resolve()) if found and shutil.which("node") else None


@pytest.mark.skipif(language_server() is None, reason="node or yaml-language-server is not installed")
def test_an_editor_completes_and_explains_with_nothing_but_the_modeline() -> None:
    asked = {
        "root": str(PROJECT),
        "text": DRAFT.replace("30\n\n", "30\n          \n"),
        "completions": {"parameter": [8, 10], "check": [9, 18]},
        "hovers": {"parameter": [7, 14]},
    }
    server = language_server()
    assert server
    done = subprocess.run(
        ["node", ASK, server], input=json.dumps(asked), capture_output=True, text=True, timeout=60, check=True
    )
    answer = json.loads(done.stdout)
    told = {item["label"]: _text(item["documentation"]) for item in answer["completions"]["parameter"]["items"]}
    assert told["max_roll_deg"] == "tilt towards a shoulder, either way; lower is stricter (0 to 180 degrees)"
    checks = {item["label"]: _text(item["documentation"]) for item in answer["completions"]["check"]["items"]}
    assert checks["sunglasses"] == "The face wears no sunglasses."
    assert "turn to the left or right" in _text(answer["hovers"]["parameter"]["contents"])
    assert any("Value is not accepted" in each["message"] for each in answer["diagnostics"])


def _text(documentation: Any) -> str:
    return str(documentation["value"] if isinstance(documentation, dict) else documentation)


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.yaml")), ids=lambda path: path.name)
def test_shipped_files_name_the_schema_that_they_fit(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert named
    schema = (path.parent / named[1]).resolve()
    assert schema.name == ("policy.schema.json" if path in policy_files(POLICIES) else "policy-test.schema.json")
    rules = json.loads(schema.read_text(encoding="utf-8"))
    assert list(Draft202012Validator(rules).iter_errors(read_tree(path.name, text).root.plain())) == []


def test_every_key_that_an_editor_can_complete_is_explained() -> None:
    """In both schemas: whatever a person may write has a description."""
    for name in ("policy.schema.json", "policy-test.schema.json"):
        missing = list(_unexplained(json.loads(pages()[name]), ""))
        assert missing == [], name


def _unexplained(rules: Any, path: str) -> Any:
    if isinstance(rules, list):
        for index, each in enumerate(rules):
            yield from _unexplained(each, f"{path}[{index}]")
    if not isinstance(rules, dict):
        return
    for key, value in rules.get("properties", {}).items():
        own = isinstance(value, dict) and not value.get("$ref", "").startswith("#/$defs/with_")
        conditional = "/if" in path or "/then" in path or "dependentSchemas" in path
        if own and not conditional and "description" not in value and "description" not in _referred(value):
            yield f"{path}/{key}"
        yield from _unexplained(value, f"{path}/{key}")
    for key, value in rules.items():
        if key != "properties":
            yield from _unexplained(value, f"{path}/{key}")


def _referred(value: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(pages()["policy.schema.json"])
    name = value.get("$ref", "").rpartition("/")[2]
    return schema["$defs"].get(name, {}) if name else {}
