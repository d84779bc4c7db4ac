"""An import that runs on the environment's queue and functions: start it, and watch it. It goes on without us."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.errors import BadRequestError
from chalicelib.store.import_files import folder_of
from chalicelib.store.imports import Import
from chalicelib.texts import MAX_USER_ID_LENGTH, properties, text
from chalicelib.wiring import Services, Tenant
from cli.bulk.people import Person, check_unique, find_people
from cli.bulk.s3 import bucket
from cli.errors import CliError


@dataclass(frozen=True, slots=True)
class Wanted:
    """`source` is s3://<images bucket>/<tenant>/imports/...; `per_s` people begin each second."""

    tenant: str
    source: str
    flow_of: Callable[[Person], str]
    consent: str | None
    per_s: float


def start(services: Services, wanted: Wanted, now: datetime) -> tuple[Import, bool]:
    """Write the manifest and put the first message on the queue; False: the same import was started before.

    Raises CliError when the source is not where the functions may read, or somebody's texts are not what a request's
    may be.
    """
    images = services.setting("IMAGES_BUCKET")
    folder = f"s3://{images}/{folder_of(wanted.tenant)}"
    if not wanted.source.startswith(folder):
        raise CliError(
            f"On the queue, the functions read the pictures, and they may only read below {folder}. Copy them there:"
            f" aws s3 cp --recursive {wanted.source} {folder}NAME/"
        )
    people = [_as_asked_for(person) for person in find_people(bucket(wanted.source))]
    check_unique(people)
    prefix = wanted.source.removeprefix(f"s3://{images}/").rstrip("/") + "/"
    manifest = b"".join(_line(person, prefix, wanted.flow_of(person)) for person in people)
    tenant = services.tenant(wanted.tenant)
    import_id = _import_id(tenant, manifest + repr((wanted.consent, wanted.per_s)).encode(), now)
    key = f"{folder_of(wanted.tenant)}.manifests/{import_id}.jsonl"
    what = Import(import_id, key, len(people), wanted.per_s, wanted.consent, now)
    kept = f"images_days={tenant.policy().retention.images_days}"  # it names people
    services.aws("s3", "put_object", {"Bucket": images, "Key": key, "Body": manifest, "Tagging": kept})
    is_new = tenant.imports.create(what)
    if is_new:
        resume(services, wanted.tenant, import_id)
    return what, is_new


def resume(services: Services, tenant: str, import_id: str) -> None:
    """Go through the manifest from its beginning; whoever is settled is passed over."""
    services.queue.send({"job": "import", "tenant": tenant, "import_id": import_id, "offset_bytes": 0})


def settled(services: Services, tenant: str, what: Import, pause: Callable[[], None]) -> Iterator[int]:
    """How many are settled, again and again, until all are."""
    imports = services.tenant(tenant).imports
    while True:
        done = imports.progress(what.import_id).total()
        yield done
        if done >= what.people:
            return
        pause()


def _import_id(tenant: Tenant, asked: bytes, now: datetime) -> str:
    """The same for what is asked again, until that import is over: then it is another one."""
    while True:
        import_id = hashlib.sha256(asked).hexdigest()[:16]
        before = tenant.imports.get(import_id)
        if before is None or not before.is_over(now):
            return import_id
        asked += import_id.encode()


def _as_asked_for(person: Person) -> Person:
    """With the texts as requests have them: in a file's name letters may be composed otherwise."""
    try:
        return replace(
            person,
            user_id=text({"user_id": person.user_id}, "user_id", MAX_USER_ID_LENGTH),
            properties=properties({"properties": person.properties}),
        )
    except BadRequestError as error:
        raise CliError(f"{person.selfie}: {error}") from error


def _line(person: Person, prefix: str, flow: str) -> bytes:
    told = {
        "user_id": person.user_id,
        "flow": flow,
        "selfie": prefix + person.selfie,
        "id_card": prefix + person.id_card if person.id_card else None,
        "properties": person.properties,
    }
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"
