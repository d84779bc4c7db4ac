"""Errors on the wire: JSON or XML, as the service speaks."""

from __future__ import annotations

import json
from http import HTTPStatus
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_service_model

from sandbox.errors import AwsError
from sandbox.response import Response


def refusal(service: str, error: AwsError) -> Response:
    """The error as the service sends it."""
    match _protocol(service):
        case "rest-xml":
            return _xml(error, f"<Error>{_elements(error)}</Error>")
        case "query" | "ec2":
            return _xml(error, f"<ErrorResponse><Error>{_elements(error)}</Error></ErrorResponse>")
        case _:
            body = json.dumps({"__type": error.code, "message": error.message}).encode()
            headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": error.code}
            return Response(HTTPStatus(error.status), body, headers)


def _protocol(service: str) -> str:
    try:
        return str(get_service_model(service).protocol)
    except UnknownServiceError:
        return "json"


def _xml(error: AwsError, content: str) -> Response:
    body = f"<?xml version='1.0' encoding='UTF-8'?>{content}".encode()
    return Response(HTTPStatus(error.status), body, {"Content-Type": "application/xml"})


def _elements(error: AwsError) -> str:
    return f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
