"""What a cold start is compared with: Chalice and boto3, and nothing that thinks.

BARE_STAGES (JSON: lists of "service:Operation") are the calls of AWS that its first verification makes: the calls of
one stage side by side, one stage after the other. The clients are made at import, as AWS's own samples do it.
"""

import base64
import json
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from chalice.app import Chalice

app = Chalice(app_name="bare")

_STAGES: list[list[str]] = json.loads(os.environ.get("BARE_STAGES", "[]"))
_SERVICES = {"rekognition", *(name.partition(":")[0] for stage in _STAGES for name in stage)}
_clients: dict[str, Any] = {service: boto3.client(service) for service in sorted(_SERVICES)}  # type: ignore[call-overload]


@app.route("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.route("/v1/verifications", methods=["POST"])
def verify() -> dict[str, str]:
    request = app.current_request
    assert request is not None
    calls = _Calls(base64.b64decode(request.json_body["selfie"]))
    with ThreadPoolExecutor() as pool:
        for stage in _STAGES:
            list(pool.map(calls.make, stage))
    return {"decision": "approved"}


class _Calls:
    """The operations with parameters that AWS takes. What they write is nobody's."""

    def __init__(self, selfie: bytes) -> None:
        table, images = os.environ["COUNTERSIGN_TABLE"], os.environ["COUNTERSIGN_IMAGES_BUCKET"]
        number, image = uuid.uuid4().hex, {"Bytes": selfie}
        where = {"pk": {"S": f"bare#{number}"}, "sk": {"S": "USER"}}
        named, item = {"TableName": table, "Key": where}, {"TableName": table, "Item": where}
        key = {"KeyId": os.environ["COUNTERSIGN_SIGNING_KEY_ID"]}
        collection = {"CollectionId": os.environ["BARE_COLLECTION"]}
        digest = {"Message": bytes(32), "MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}
        self._face_id = ""
        self._parameters: dict[str, dict[str, Any]] = {
            "s3:GetObject": {"Bucket": os.environ["COUNTERSIGN_POLICIES_BUCKET"], "Key": "baseline.yaml"},
            "s3:PutObject": {"Bucket": images, "Key": f"bare/{number}", "Body": selfie},
            "dynamodb:GetItem": named,
            "dynamodb:PutItem": item,
            "dynamodb:DeleteItem": named,
            "dynamodb:UpdateItem": {**named, "UpdateExpression": "REMOVE seen"},
            "dynamodb:TransactWriteItems": {"TransactItems": [{"Put": item}]},
            "sqs:SendMessage": {"QueueUrl": os.environ["COUNTERSIGN_QUEUE_URL"], "MessageBody": "{}"},
            "kms:GetPublicKey": key,
            "kms:Sign": {**key, **digest},
            "rekognition:DetectFaces": {"Image": image, "Attributes": ["ALL"]},
            "rekognition:SearchFacesByImage": {**collection, "Image": image},
            "rekognition:IndexFaces": {**collection, "Image": image, "ExternalImageId": number},
            "rekognition:SearchFaces": collection,
        }

    def make(self, operation: str) -> None:
        """Raises KeyError for an operation that the table above has not."""
        service, _, name = operation.partition(":")
        parameters = self._parameters[operation]
        if name == "SearchFaces":
            parameters = {**parameters, "FaceId": self._face_id}
        answer = _clients[service]._make_api_call(name, parameters)
        if name == "IndexFaces":
            self._face_id = answer["FaceRecords"][0]["Face"]["FaceId"]
