"""The limit itself, run call by call: the longest chain that every design has to wait for, then one write.

What it takes beyond its latencies is the share of the client, the wire and the sandbox, which nobody can save.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.latencies import latency_ms
from chalicelib.aws import Aws

WRITE = "dynamodb:TransactWriteItems"
# Calls that have to wait for each other whatever the design. Whoever has indexed a face must look again, or two people
# could register it at once; see chalicelib/effects/second_look.py.
CHAINS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "register": (("rekognition:IndexFaces", "rekognition:SearchFaces"),),
    "register_with_id_card": (("textract:AnalyzeID",),),
    "authenticate": (("dynamodb:GetItem", "rekognition:CompareFaces"),),
    "update": (("dynamodb:GetItem", "rekognition:CompareFaces"), ("rekognition:IndexFaces",)),
}


def longest_chain(flow: str, latencies: Mapping[str, float]) -> tuple[str, ...]:
    """The operations, the write included."""
    longest = max(CHAINS[flow], key=lambda chain: sum(latency_ms(call, latencies) for call in chain))
    return (*longest, WRITE)


def limit_ms(flow: str, latencies: Mapping[str, float]) -> float:
    return sum(latency_ms(call, latencies) for call in longest_chain(flow, latencies))


@dataclass(slots=True)
class Limit:
    """`collection` and `table` are where it writes; `picture` and `card` what it sends."""

    aws: Aws
    collection: str
    table: str
    person: str
    picture: bytes
    card: bytes
    face_id: str = ""

    def run(self, chain: tuple[str, ...]) -> None:
        for operation in chain:
            self._call(operation)

    def _call(self, operation: str) -> None:
        image, where = {"Bytes": self.picture}, {"pk": {"S": f"limit#{self.person}"}, "sk": {"S": "USER"}}
        there = {"CollectionId": self.collection}
        calls: Mapping[str, tuple[str, dict[str, Any]]] = {
            "rekognition:IndexFaces": ("index_faces", {**there, "Image": image, "ExternalImageId": self.person}),
            "rekognition:SearchFaces": ("search_faces", {**there, "FaceId": self.face_id, "FaceMatchThreshold": 80}),
            "rekognition:CompareFaces": ("compare_faces", {"SourceImage": image, "TargetImage": image}),
            "textract:AnalyzeID": ("analyze_id", {"DocumentPages": [{"Bytes": self.card}]}),
            "dynamodb:GetItem": ("get_item", {"TableName": self.table, "Key": where}),
            WRITE: ("transact_write_items", {"TransactItems": [{"Put": {"TableName": self.table, "Item": where}}]}),
        }
        name, parameters = calls[operation]
        answer = self.aws(operation.partition(":")[0], name, parameters)
        if operation == "rekognition:IndexFaces":
            self.face_id = answer["FaceRecords"][0]["Face"]["FaceId"]
