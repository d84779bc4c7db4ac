"""The order of AWS's sample for "Identity verification using Amazon Rekognition", rendered call by call.

https://aws.amazon.com/blogs/machine-learning/identity-verification-using-amazon-rekognition/
https://github.com/aws-samples/rekognition-identity-verification (infra/userportal/states, src/rekognition)

Each state is a Lambda function of its own behind Step Functions, and waits for the one before. What is measured is the
order and the calls alone: no code of the sample runs, and nothing is judged. The calls are those on the way to success.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.aws import Aws

# The state machines' tasks in their order, and what each asks AWS. `index` stores the picture and the record too
# (src/rekognition/index-faces/storage.py); `compare` reads the user's faces first (compare-faces/ddb.py).
# The comparison with the card is drawn in the article and left out of the sample's state machine: it is kept here.
STATES: Mapping[str, tuple[str, ...]] = {
    "register": ("detect", "search", "index"),
    "register_with_id_card": ("detect", "compare_card", "search", "extract", "index"),
    "authenticate": ("detect", "compare"),
    "update": ("detect", "compare", "index"),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """`collection`, `bucket` and `table` are where it writes; `person` is whom it writes about."""

    aws: Aws
    collection: str
    bucket: str
    table: str
    person: str

    def run(self, flow: str, selfie: bytes, card: bytes, stored_key: str, hop_ms: float) -> None:
        """One flow from its first state to its last, with a pause of `hop_ms` before each."""
        for state in STATES[flow]:
            time.sleep(hop_ms / 1000)
            self._states(selfie, card, stored_key)[state]()

    def _states(self, selfie: bytes, card: bytes, stored_key: str) -> dict[str, Callable[[], object]]:
        image = {"Bytes": selfie}
        return {
            "detect": lambda: self.aws("rekognition", "detect_faces", {"Image": image, "Attributes": ["ALL"]}),
            "search": lambda: self.aws(
                "rekognition",
                "search_faces_by_image",
                {"CollectionId": self.collection, "Image": image, "FaceMatchThreshold": 80, "MaxFaces": 1},
            ),
            "compare_card": lambda: self._compare(image, {"Bytes": card}),
            "compare": lambda: self._compare_stored(image, stored_key),
            "extract": lambda: self.aws("textract", "analyze_id", {"DocumentPages": [{"Bytes": card}]}),
            "index": lambda: self._index(image),
        }

    def _compare(self, image: Mapping[str, Any], target: Mapping[str, Any]) -> None:
        parameters = {"SourceImage": image, "TargetImage": target, "SimilarityThreshold": 80}
        self.aws("rekognition", "compare_faces", parameters)

    def _compare_stored(self, image: Mapping[str, Any], stored_key: str) -> None:
        where = {"pk": {"S": f"reference#{self.person}"}, "sk": {"S": "USER"}}
        self.aws("dynamodb", "get_item", {"TableName": self.table, "Key": where})
        self._compare(image, {"S3Object": {"Bucket": self.bucket, "Name": stored_key}})

    def _index(self, image: Mapping[str, Any]) -> None:
        parameters = {"CollectionId": self.collection, "Image": image, "ExternalImageId": self.person, "MaxFaces": 1}
        self.aws("rekognition", "index_faces", parameters)
        key = f"reference/{self.person}.bin"
        self.aws("s3", "put_object", {"Bucket": self.bucket, "Key": key, "Body": image["Bytes"]})
        item = {"pk": {"S": f"reference#{self.person}"}, "sk": {"S": "USER"}, "s3_uri": {"S": key}}
        self.aws("dynamodb", "put_item", {"TableName": self.table, "Item": item})
