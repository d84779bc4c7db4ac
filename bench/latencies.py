"""How long AWS takes, as injected into the sandbox: by "service:Operation", in milliseconds; * matches anything."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

LAMBDA_HOP_MS = 15.0  # from one state of a Step Functions flow to the next one's Lambda function

# The more particular patterns come first. SearchFaces looks for a face that is indexed already: what is left of
# SearchFacesByImage once the face need not be found in a picture, which is DetectFaces' work.
LATENCIES_MS: Mapping[str, float] = {
    "rekognition:DetectFaces": 250,
    "rekognition:SearchFacesByImage": 300,
    "rekognition:SearchFaces": 50,
    "rekognition:CompareFaces": 400,
    "rekognition:IndexFaces": 450,
    "rekognition:DeleteFaces": 100,
    "textract:AnalyzeID": 1500,
    "dynamodb:*": 8,
    "s3:*": 30,
    "sqs:*": 8,
    "kms:*": 8,
}


def latency_ms(operation: str, latencies: Mapping[str, float]) -> float:
    """Of one call of "service:Operation"; 0 for what the table does not name."""
    return next((ms for pattern, ms in latencies.items() if fnmatchcase(operation, pattern)), 0.0)


def rules(latencies: Mapping[str, float]) -> list[dict[str, object]]:
    """As rules of the sandbox's faults."""
    return [{"operation": name, "kind": "latency", "latency_ms": float(ms)} for name, ms in latencies.items() if ms]


def parsed(given: str) -> tuple[str, float]:
    """ "rekognition:DetectFaces=250" as its two parts. Raises ValueError."""
    operation, equals, milliseconds = given.rpartition("=")
    if not equals or ":" not in operation:
        raise ValueError(f"{given!r} is not of the form service:Operation=milliseconds")
    return operation, float(milliseconds)
