"""One call of AWS, as the request tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request
from moto.core.routing import get_service_router
from werkzeug.exceptions import HTTPException

DEFAULT_REGION = "us-east-1"

# Signed name -> botocore's name, where they differ.
_SERVICES = {"monitoring": "cloudwatch", "execute-api": "apigatewaymanagementapi", "email": "ses"}
_SCOPE = re.compile(r"Credential=[^/,\s]+/\d+/([^/]*)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Call:
    """`name` is "service:Operation" as in IAM policies, e.g. "dynamodb:PutItem"; the faults and the journal use it."""

    service: str
    operation: str
    region: str = DEFAULT_REGION
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"


def call_of(environ: dict[str, Any]) -> Call:
    """The call that a WSGI request makes: the service and region it was signed for, and the operation."""
    region, signed_for = _scope(environ)
    service = _SERVICES.get(signed_for, signed_for)
    _, _, operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).partition(".")
    return Call(service, operation or _routed(service, environ), region)


def _scope(environ: dict[str, Any]) -> tuple[str, str]:
    """Region and service of the signature, in the header or, when the address is presigned, in the query."""
    query = parse_qs(str(environ.get("QUERY_STRING", "")))
    presigned = "Credential=" + query.get("X-Amz-Credential", [""])[0]
    found = _SCOPE.search(str(environ.get("HTTP_AUTHORIZATION", ""))) or _SCOPE.search(presigned)
    return (found[1], found[2]) if found else (DEFAULT_REGION, "s3")  # unsigned, or signed as of old: moto's rule


def _routed(service: str, environ: dict[str, Any]) -> str:
    """The operation by method, path and query; the method alone where these do not tell."""
    try:
        operation, _ = get_service_router(service).match(Request(dict(environ)))
    except (HTTPException, NotImplementedError, UnknownServiceError):
        return str(environ["REQUEST_METHOD"])
    finally:
        environ["wsgi.input"].seek(0)  # where the operation is in the body, it was read
    return str(operation.name)
