"""CreateCollection, DescribeCollection, DeleteCollection, ListCollections, and their tags."""

from __future__ import annotations

from moto.core.models import DEFAULT_ACCOUNT_ID

from sandbox.call import Call
from sandbox.errors import AwsError
from sandbox.rekognition import Answer, Operation
from sandbox.rekognition.pages import page
from sandbox.rekognition.store import Collections

PAGE_SIZE = 4096


class CollectionOperations:
    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def operations(self) -> dict[str, Operation]:
        return {
            "CreateCollection": self._create_collection,
            "DescribeCollection": self._describe_collection,
            "DeleteCollection": self._delete_collection,
            "ListCollections": self._list_collections,
            "ListTagsForResource": self._list_tags_for_resource,
            "TagResource": self._tag_resource,
            "UntagResource": self._untag_resource,
        }

    def _create_collection(self, call: Call) -> Answer:
        collection_id = call.parameters["CollectionId"]
        resource = f"aws:rekognition:{call.region}:{DEFAULT_ACCOUNT_ID}:collection/{collection_id}"
        tags = dict(call.parameters.get("Tags", {}))
        collection = self._collections.create(call.region, collection_id, f"arn:{resource}", tags)
        # AWS gives this one address without the leading "arn:".
        return {"StatusCode": 200, "CollectionArn": resource, "FaceModelVersion": collection.face_model_version}

    def _describe_collection(self, call: Call) -> Answer:
        with self._collections.opened(call.region, call.parameters["CollectionId"]) as collection:
            return {
                "FaceCount": len(collection.faces),
                "UserCount": len(collection.users),
                "FaceModelVersion": collection.face_model_version,
                "CollectionARN": collection.arn,
                "CreationTimestamp": collection.created_s,
            }

    def _delete_collection(self, call: Call) -> Answer:
        self._collections.delete(call.region, call.parameters["CollectionId"])
        return {"StatusCode": 200}

    def _list_collections(self, call: Call) -> Answer:
        some, token = page(self._collections.versions(call.region), call.parameters, PAGE_SIZE)
        ids, versions = [name for name, _ in some], [version for _, version in some]
        return {"CollectionIds": ids, "FaceModelVersions": versions, **token}

    def _list_tags_for_resource(self, call: Call) -> Answer:
        return {"Tags": dict(self._tags(call))}

    def _tag_resource(self, call: Call) -> Answer:
        self._tags(call).update(call.parameters["Tags"])
        return {}

    def _untag_resource(self, call: Call) -> Answer:
        tags = self._tags(call)
        for key in call.parameters["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _tags(self, call: Call) -> dict[str, str]:
        arn = call.parameters["ResourceArn"]
        with self._collections.opened(call.region, arn.rpartition("/")[2]) as collection:
            if collection.arn != arn:
                raise AwsError("ResourceNotFoundException", f"{arn} does not exist")
            return collection.tags
