"""AWS with canned answers, for unit tests: both sides are held against botocore's service model."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel
from botocore.validate import ParamValidator

from chalicelib.aws import Answer
from chalicelib.errors import AwsRefusedError

Call = tuple[str, Mapping[str, Any]]


class CannedAws:
    """`answers` by operation: an answer, an exception, or a function of the parameters that gives either.

    `calls` are the operations that were called, with their parameters. Fails on a parameter or an answer that AWS
    does not know.
    """

    def __init__(self, **answers: Any) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self.calls: list[Call] = []

    def __call__(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Answer:
        model = _operation(service, operation)
        _validate(parameters, model.input_shape, f"parameters of {operation}")
        with self._lock:
            self.calls.append((operation, parameters))
        answer = self._answers[operation]
        if callable(answer):
            answer = answer(parameters)
        if isinstance(answer, Exception):
            raise answer
        _validate(answer, model.output_shape, f"answer of {operation}")
        canned: Answer = answer
        return canned

    def called(self, operation: str) -> list[Mapping[str, Any]]:
        """The parameters of each call of this operation."""
        return [parameters for name, parameters in self.calls if name == operation]


def refusal(code: str) -> AwsRefusedError:
    return AwsRefusedError("service:Operation", code, "")


def _validate(value: Any, shape: Any, what: str) -> None:
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), f"{what}: {report.generate_report()}"
    unknown = set(value) - set(shape.members)
    assert not unknown, f"{what}: unknown {unknown}"


@cache
def _operation(service: str, operation: str) -> OperationModel:
    model = botocore.session.get_session().get_service_model(service)
    names = {botocore.xform_name(name): name for name in model.operation_names}
    return model.operation_model(names[operation])
