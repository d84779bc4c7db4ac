"""The signals: one function each, and the table of them."""

from __future__ import annotations

from chalicelib.model.plugins import Signal, signal_of
from chalicelib.signals import document_facts, rekognition, search, submission, textract


def built_in_signals() -> dict[str, Signal]:
    """By name."""
    compare = ("rekognition:CompareFaces",)
    table = (
        signal_of(submission.selfie, inputs=("selfie",)),
        signal_of(submission.id_card, inputs=("id_card",)),
        signal_of(submission.properties),
        signal_of(submission.today),
        signal_of(submission.user_key),
        signal_of(submission.user, calls=("dynamodb:GetItem",)),
        signal_of(
            rekognition.liveness,
            inputs=("liveness_session",),
            calls=("rekognition:GetFaceLivenessSessionResults",),
            recorded=True,
            scores=True,
        ),
        signal_of(
            rekognition.selfie_faces,
            calls=("rekognition:DetectFaces",),
            recorded=True,
            once_made=signal_of(rekognition.faces_as_indexed, recorded=True),
        ),
        signal_of(rekognition.id_face, calls=compare, recorded=True, scores=True),
        signal_of(rekognition.stored_face_matches, calls=compare, recorded=True, scores=True),
        signal_of(
            search.collection_search,
            calls=("rekognition:SearchFacesByImage",),
            once_made=signal_of(search.search_as_indexed),
        ),
        signal_of(search.collection_matches, calls=("dynamodb:BatchGetItem",), recorded=True, scores=True),
        signal_of(search.blocked_faces, calls=("dynamodb:BatchGetItem",), recorded=True, scores=True),
        signal_of(textract.id_document, calls=("textract:AnalyzeID",)),
        signal_of(document_facts.document_facts, recorded=True),
    )
    return {signal.name: signal for signal in table}
