"""Every problem that the API tells of: by status, each code with what it means. A problem's `type` ends with its code.

Those of API Gateway itself are in terraform/api.tf. A 500 `internal-error` is a defect, so no operation announces it.
"""

from __future__ import annotations

from collections.abc import Mapping

TYPE = "urn:countersign:problem:"

CODES: Mapping[int, Mapping[str, str]] = {
    400: {
        "bad-request": "API Gateway could not read the request",
        "not-json": "the body is not JSON",
        "not-an-object": "the body is no JSON object",
        "body-too-large": "the body has more than 10 MB",
        "body-too-complex": "the body has too many brackets and commas",
        "unknown-field": "`field` is no field of this request",
        "duplicate-field": "an object has a field twice",
        "missing-field": "`field` is needed, here or for this flow",
        "wrong-type": "`field` has another type, or a value out of range",
        "too-long": "`field` is too long",
        "not-printable": "`field` has characters that cannot be printed",
        "property-name": "a property's name has other characters than it may have",
        "wrong-time": "consent.given_at is no past time with its time zone",
        "idempotency-key": "the Idempotency-Key is empty or too long",
        "unknown-flow": "the policy has no such flow",
        "image-not-base64": "the picture is not base64",
        "image-empty": "the picture has no bytes",
        "image-too-large": "the picture has too many bytes",
        "image-wrong-type": "the picture is neither JPEG nor PNG",
        "image-not-an-image": "the picture cannot be read",
        "image-truncated": "the picture is not whole",
        "image-too-small": "the picture has too few pixels",
        "image-too-many-pixels": "the picture has too many pixels",
        "upload-unknown": "there is no such upload, or it is used or too old",
        "upload-unfinished": "nothing was uploaded yet",
        "upload-not-as-announced": "what was uploaded has another type or size than was said",
        "one-face": "a block needs exactly one of selfie, user_id and verification_id",
        "no-face": "the picture shows no face to block",
        "several-faces": "the picture shows several faces, so it is not said which to block",
    },
    401: {"unauthorized": "there is no bearer token"},
    403: {
        "forbidden": "the credential is not known",
        "no-usage-plan": "the tenant has no usage plan in this environment",
        "scope-missing": "the key may not do this",
        "consent-missing": "the policy asks for the applicant's consent, and none was sent",
    },
    404: {"not-found": "there is no such thing for this tenant, or no such path"},
    409: {
        "user-exists": "the user id is registered",
        "user-unknown": "the user is not registered any more",
        "user-busy": "another request is just changing or erasing this user; try again",
        "deferred-steps-open": "steps of the user's registration are still open; try again later",
        "face-taken": "somebody else registered with this face meanwhile",
        "face-not-indexed": "Rekognition took no face from the picture",
        "idempotency-key-in-use": "a request with this Idempotency-Key is still under way",
        "no-picture": "no picture is kept from which to block the face",
        "review-busy": "somebody is just settling this review; look again",
        "review-settled": "the review was settled otherwise",
        "review-ended": "the review has ended, or its user was erased",
        "review-stale": "the policy or the user has changed since; it can only be denied",
        "review-pictures-gone": "the pictures are gone or cannot be read; it can only be denied",
    },
    413: {"request-too-large": "API Gateway takes 10 MB; upload large pictures"},
    422: {"idempotency-mismatch": "the Idempotency-Key came before with another body"},
    423: {"locked-out": "too many failures of this user in this flow"},
    429: {
        "attempts-under-way": "too many tries of one user at once",
        "share-used-up": "the tenant asks for more than its share while AWS is throttled; nothing was begun",
        "throttled": "too many requests of the tenant, or of all together",
        "quota-exceeded": "the tenant's requests of this month are used up",
    },
    503: {
        "aws-unavailable": "AWS did not answer as it should; try again",
        "service-misconfigured": "AWS refused the service; its operator has to look",
        "unavailable": "the request could not be finished; try again",
    },
}


def told(status: int) -> str:
    """The codes of a status with their meanings, as a list in Markdown; empty when it has none."""
    return "".join(f"\n- `{code}`: {meaning}" for code, meaning in CODES.get(status, {}).items())


def types(status: int) -> list[str]:
    """What `type` can be in a problem of this status."""
    return [f"{TYPE}{code}" for code in CODES.get(status, ())]
