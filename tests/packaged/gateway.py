"""API Gateway for the packaged functions: routes as the package describes them, events as AWS sends them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from cli.local.events import ACCOUNT, API, REGION, STAGE, api_event
from cli.local.functions import RunningFunction


@dataclass(frozen=True)
class Answer:
    status: int
    content: Any


@dataclass
class Gateway:
    """`usage_keys`: the API keys that usage plans have. `served` are the routes that a function answered."""

    swagger: Mapping[str, Any]
    api: RunningFunction
    authorizer: RunningFunction
    usage_keys: Collection[str]
    served: set[tuple[str, str]] = field(default_factory=set)

    @property
    def routes(self) -> set[tuple[str, str]]:
        return {(method.upper(), path) for path, methods in self.swagger["paths"].items() for method in methods}

    def request(self, method: str, path: str, body: object = None, token: str | None = None) -> Answer:
        route, parameters = self._route(method, path)
        secured = self.swagger["paths"][route][method.lower()].get("security", [])
        caller: dict[str, Any] = {}
        if secured:
            answer = self._authorize(method, path, token)
            if isinstance(answer, Answer):
                return answer
            caller = answer
        event = api_event(method, path, body, caller, route=route, parameters=parameters, token=token)
        answered = self.api.invoke(event)
        self.served.add((method, route))
        return Answer(answered["statusCode"], json.loads(answered["body"]))

    def _route(self, method: str, path: str) -> tuple[str, dict[str, str] | None]:
        for route, methods in self.swagger["paths"].items():
            names = re.findall(r"{(\w+)}", route)
            match = re.fullmatch(re.sub(r"{\w+}", "([^/]+)", route), path)
            if match and method.lower() in methods:
                return route, {name: unquote(value) for name, value in zip(names, match.groups(), strict=True)} or None
        raise AssertionError(f"the package has no route {method} {path}")

    def _authorize(self, method: str, path: str, token: str | None) -> dict[str, Any] | Answer:
        """The caller's context, or the gateway's own refusal."""
        if token is None:
            return Answer(401, None)
        arn = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/{STAGE}/{method}{path}"
        answer = self.authorizer.invoke({"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": arn})
        allowed = [
            resource
            for statement in answer["policyDocument"]["Statement"]
            if statement["Effect"] == "Allow"
            for resource in statement["Resource"]
        ]
        if not any(fnmatch.fnmatchcase(arn, resource) for resource in allowed):
            return Answer(403, None)
        if answer["usageIdentifierKey"] not in self.usage_keys:
            return Answer(403, None)
        assert all(isinstance(value, str) for value in answer["context"].values()), "API Gateway takes no nested values"
        return {**answer["context"], "principalId": answer["principalId"], "integrationLatency": 7}
