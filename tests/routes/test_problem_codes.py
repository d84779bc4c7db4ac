"""Every code that the app or API Gateway can answer with is described, and no other."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from chalicelib.model.images import ImageFault
from chalicelib.routes.openapi import document
from chalicelib.routes.problem_codes import CODES, types
from cli.local.processes import PROJECT

STATUS = {"BadRequestError": 400, "BadImageError": 400, "ConflictError": 409}
OF_JOBS_AND_COMMANDS = {"not-the-tenants", "picture-missing", "nothing-deferred", "key-ended"}


def raised() -> Iterator[tuple[int, str]]:
    for path in (PROJECT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name in STATUS and isinstance(code := getattr(node.args[0], "value", None), str):
                yield STATUS[name], code


def of_the_routes() -> Iterator[tuple[int, str]]:
    """Status beside code, as routes/problems.py has them; two for AWS's troubles are chosen in a line of their own."""
    text = (PROJECT / "chalicelib" / "routes" / "problems.py").read_text()
    for status, code in re.findall(r'(\d{3}), "([a-z-]+)"', text):
        yield int(status), code
    for code in re.findall(r'code = "([a-z-]+)" if temporary else "([a-z-]+)"', text)[0]:
        yield 503, code


def of_api_gateway() -> Iterator[tuple[int, str]]:
    text = (PROJECT / "terraform" / "api.tf").read_text()
    for status, code in re.findall(r'status = (\d+), code = "([a-z-]+)"', text):
        yield int(status), code


def test_what_can_be_answered_is_described_and_nothing_else() -> None:
    can: defaultdict[int, set[str]] = defaultdict(set)
    for status, code in (*raised(), *of_the_routes(), *of_api_gateway()):
        can[status].add(code)
    can[400] |= {fault.value for fault in ImageFault}
    assert can.pop(500) == {"internal-error"}
    told = {status: set(codes) for status, codes in CODES.items()}
    assert {status: codes - OF_JOBS_AND_COMMANDS for status, codes in can.items()} == told
    assert set.union(*can.values()) >= OF_JOBS_AND_COMMANDS


def test_every_operation_tells_them() -> None:
    for path, methods in document()["paths"].items():
        for operation in methods.values():
            for status in CODES:
                answer = operation["responses"][str(status)]
                schema = answer["content"]["application/problem+json"]["schema"]
                assert schema["allOf"][1]["properties"]["type"]["enum"] == types(status), path
                assert all(f"`{code}`" in answer["description"] for code in CODES[status])
