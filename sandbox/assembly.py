"""The sandbox put together."""

from __future__ import annotations

from collections.abc import Sequence

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sandbox.application import Application
from sandbox.control import Control
from sandbox.faults import Faults, Rule
from sandbox.journal import Journal
from sandbox.rekognition.collections import CollectionOperations
from sandbox.rekognition.detection import Detection
from sandbox.rekognition.faces import FaceOperations
from sandbox.rekognition.liveness import LivenessOperations, Sessions
from sandbox.rekognition.store import Collections
from sandbox.textract import AnalyzeId, analyze_id_operation
from sandbox.vision.face import FaceReader


def assemble(reader: FaceReader, analyze_id: AnalyzeId, latencies: Sequence[Rule]) -> Application:
    """The application, empty."""
    faults, journal = Faults(list(latencies)), Journal()
    collections, sessions = Collections(), Sessions()
    rekognition = (
        Detection(reader).operations()
        | FaceOperations(reader, collections).operations()
        | CollectionOperations(collections).operations()
        | LivenessOperations(sessions).operations()
    )
    played = {"rekognition": rekognition, "textract": {"AnalyzeID": analyze_id_operation(analyze_id)}}
    moto = DomainDispatcherApplication(create_backend_app)
    return Application(moto, played, faults, journal, Control(faults, journal, sessions, reader))
