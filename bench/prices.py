"""What AWS asks for a call, in dollars: list prices of us-east-1, first tier, as published in 2025.

https://aws.amazon.com/rekognition/pricing/ https://aws.amazon.com/textract/pricing/
https://aws.amazon.com/dynamodb/pricing/on-demand/ https://aws.amazon.com/s3/pricing/
https://aws.amazon.com/lambda/pricing/ https://aws.amazon.com/step-functions/pricing/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

REKOGNITION_CALL = 0.001
ANALYZE_ID_PAGE = 0.025
LIVENESS_SESSION = 0.015
READ_UNIT = 0.125e-6
WRITE_UNIT = 0.625e-6
S3_PUT = 5e-6
S3_GET = 0.4e-6
SQS_REQUEST = 0.4e-6
KMS_SIGNATURE = 15e-6  # an elliptic curve: $0.15 for 10,000
LAMBDA_REQUEST = 0.2e-6
LAMBDA_GB_S = 16.6667e-6
EXPRESS_REQUEST = 1e-6
EXPRESS_GB_S = 16.67e-6
REST_REQUEST = 3.5e-6

PER_CALL: Mapping[str, float] = {
    **dict.fromkeys(
        ("DetectFaces", "SearchFacesByImage", "SearchFaces", "CompareFaces", "IndexFaces"), REKOGNITION_CALL
    ),
    "AnalyzeID": ANALYZE_ID_PAGE,
    "GetFaceLivenessSessionResults": LIVENESS_SESSION,
    "GetItem": READ_UNIT,
    "BatchGetItem": READ_UNIT,
    "Query": READ_UNIT,
    "PutItem": WRITE_UNIT,
    "UpdateItem": WRITE_UNIT,
    "DeleteItem": WRITE_UNIT,
    "TransactWriteItems": 4 * WRITE_UNIT,  # two items, twice the price of a plain write each
    "PutObject": S3_PUT,
    "ListObjectVersions": S3_PUT,  # a list costs as much as a write
    "GetObject": S3_GET,
    "SendMessage": SQS_REQUEST,
    "Sign": KMS_SIGNATURE,
}


def dollars(calls: Counter[str]) -> float:
    """Of calls counted by "service:Operation". Deleting faces and objects is free."""
    return sum(PER_CALL.get(name.partition(":")[2], 0.0) * times for name, times in calls.items())
