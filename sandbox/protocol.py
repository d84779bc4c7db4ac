"""AWS JSON 1.1, checked in both directions against botocore's service models.

A request that AWS would refuse is refused here; an answer that AWS would never give is not sent.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any

import botocore.session
from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator

from sandbox.constraints import violations
from sandbox.errors import AwsError


class WrongAnswerError(Exception):
    """The sandbox was about to give an answer that the service's model does not allow: a defect of the sandbox."""


class JsonProtocol:
    """The requests and answers of one service."""

    def __init__(self, service: str) -> None:
        self._model = botocore.session.get_session().get_service_model(service)

    def read(self, operation: str, body: bytes) -> dict[str, Any]:
        """The request's parameters, blobs as bytes. Members that the model does not know are dropped, as AWS does.

        Raises AwsError: UnknownOperationException, SerializationException or ValidationException.
        """
        shape = self._operation(operation).input_shape
        try:
            request = json.loads(body or b"{}")
        except ValueError as error:
            raise AwsError("SerializationException", "The request is not JSON") from error
        if shape is None:
            return {}
        parameters = _read(request, shape)
        report = ParamValidator().validate(parameters, shape)
        if report.has_errors():
            raise AwsError("ValidationException", report.generate_report())
        found = violations(parameters, shape)
        if found:
            some = "; ".join(found)
            raise AwsError("ValidationException", f"{len(found)} validation error(s) detected: {some}")
        return dict(parameters)

    def write(self, operation: str, answer: dict[str, Any]) -> bytes:
        """The answer's JSON. Raises WrongAnswerError when it is not of the operation's shape."""
        shape = self._operation(operation).output_shape
        if shape is not None:
            report = ParamValidator().validate(answer, shape)
            wrong = [*violations(answer, shape), *([report.generate_report()] if report.has_errors() else [])]
            if wrong:
                raise WrongAnswerError(f"{self._model.service_name}:{operation}: {'; '.join(wrong)}")
        return json.dumps(answer, default=_json_value).encode()

    def _operation(self, operation: str) -> OperationModel:
        if operation not in self._model.operation_names:
            raise AwsError("UnknownOperationException", f"{self._model.service_name} has no operation {operation!r}")
        return self._model.operation_model(operation)


def _read(value: Any, shape: Shape) -> Any:
    """What the model knows of the value, base64 texts made bytes where it says blob; null means absent."""
    kind, members = shape.type_name, getattr(shape, "members", {})
    if kind == "structure" and isinstance(value, dict):
        return {name: _read(value[name], members[name]) for name in members if value.get(name) is not None}
    if kind == "list" and isinstance(value, list):
        member = shape.member  # type: ignore[attr-defined]
        return [_read(inner, member) for inner in value]
    if kind == "blob" and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise AwsError("SerializationException", f"{shape.name} is not base64") from error
    return value


def _json_value(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} has no place in an answer")
