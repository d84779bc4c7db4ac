"""The document and the routes tell the same."""

from __future__ import annotations

import re

from app import app
from chalicelib.routes.openapi import document
from cli.local.processes import PROJECT


def test_every_route_is_documented_and_every_documented_route_exists() -> None:
    documented = {(path, method.upper()) for path, item in document()["paths"].items() for method in item}
    served = {(path, method) for path, methods in app.routes.items() for method in methods}
    assert documented == served


def test_only_health_and_the_document_need_no_credential() -> None:
    is_open = {path for path, methods in app.routes.items() for entry in methods.values() if entry.authorizer is None}
    assert is_open == {"/healthz", "/openapi.json"}


def test_what_api_gateway_answers_itself_is_documented_too() -> None:
    told = re.findall(r"= { status = (\d+), code", (PROJECT / "terraform" / "api.tf").read_text())
    assert len(told) > 5
    for path, methods in document()["paths"].items():
        for operation in methods.values():
            assert set(told) <= operation["responses"].keys(), path
