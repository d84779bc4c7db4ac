"""Read all that AWS holds of a tenant, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsRefusedError
from chalicelib.store.items import Table, tenant_name
from chalicelib.wiring import Services
from cli.doctor.collect import side_by_side
from cli.doctor.estate import find_collections
from cli.retention.holdings import Holdings, Thing, things_of

_SEGMENTS = 4
_AT_ONCE = 6
_TAGS_AT_ONCE = 16
_READ = (
    "pk, sk, #expires_at, #ends_at, #created_at, #requested_at, #erased_at, #started_at, #settled_at, #status, #faces,"
    " #leftovers, #fields_end_at, #entry.#at"
)
_PICTURES = {  # by where they are
    "uploads": "unused uploads of pictures",
    "reviews": "pictures of reviews",
    "imports": "files of imports",
}

Progress = Callable[[str, int], None]
Page = tuple[str, int, list[Thing]]


def collect(services: Services, tenant: str, now: datetime, progress: Progress) -> Holdings:
    """`progress(what, how_many)` is told of items and pictures as they are read."""
    holdings, bucket = Holdings(now), services.setting("IMAGES_BUCKET")
    table = Table(services.aws, services.setting("TABLE"))
    items = (_items(table, tenant, segment) for segment in range(_SEGMENTS))
    for what, read, things in side_by_side((*items, _pictures(services.aws, bucket, tenant)), _AT_ONCE):
        progress(what, read)
        for thing in things:
            holdings.add(thing)
    return holdings


def faces_in_collections(services: Services, tenant: str) -> dict[str, int]:
    """How many faces each of the tenant's collections has, blocked ones too."""
    names = find_collections(services.aws, services.setting("COLLECTION_PREFIX"), tenant)
    described = {name: services.aws("rekognition", "describe_collection", {"CollectionId": name}) for name in names}
    return {name: int(answer["FaceCount"]) for name, answer in described.items()}


def _items(table: Table, tenant: str, segment: int) -> Iterator[Page]:
    mine = f"T#{tenant_name(tenant)}#"
    for read, items in table.scan("begins_with(pk, :mine)", _READ, segment, _SEGMENTS, mine=mine):
        yield "items of the table", read, [thing for item in items for thing in things_of(item)]


def _pictures(aws: Aws, bucket: str, tenant: str) -> Iterator[Page]:
    """Every version of every picture; one call more for each, since only its tag tells when it ends."""
    listing = {"Bucket": bucket, "Prefix": f"{tenant_name(tenant)}/"}
    with ThreadPoolExecutor(_TAGS_AT_ONCE) as pool:
        while True:
            page = aws("s3", "list_object_versions", listing)
            versions = page.get("Versions", ())
            ends = pool.map(lambda one: _end(aws, bucket, one), versions)
            yield (
                "pictures",
                len(versions),
                [Thing(_kind(one), one["LastModified"], end) for one, end in zip(versions, ends, strict=True)],
            )
            if not page.get("IsTruncated"):
                return
            listing |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}


def _kind(version: dict[str, Any]) -> str:
    if not version["IsLatest"]:
        return "old versions of pictures"
    return _PICTURES.get(version["Key"].split("/")[1], "pictures")


def _end(aws: Aws, bucket: str, version: dict[str, Any]) -> datetime | None:
    where = {"Bucket": bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
    try:
        tags = {tag["Key"]: tag["Value"] for tag in aws("s3", "get_object_tagging", where)["TagSet"]}
    except AwsRefusedError:  # gone meanwhile
        return None
    if not tags.get("images_days", "").isdigit():
        return None
    end: datetime = version["LastModified"] + timedelta(days=int(tags["images_days"]))
    return end
