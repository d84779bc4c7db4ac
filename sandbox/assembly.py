"""The sandbox put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sandbox import moto_repairs, textract
from sandbox.application import Application
from sandbox.control import Control
from sandbox.documents import IdDocumentReader
from sandbox.faults import Faults, Rule
from sandbox.journal import Journal
from sandbox.rekognition.collections import CollectionOperations
from sandbox.rekognition.detection import Detection
from sandbox.rekognition.faces import FaceOperations
from sandbox.rekognition.liveness import LivenessOperations, Sessions
from sandbox.rekognition.store import Collections
from sandbox.rekognition.users import UserOperations
from sandbox.scripted import ScriptedReader, scripted_analyze_id
from sandbox.state import Part
from sandbox.textract import AnalyzeId
from sandbox.vision.engine import FaceEngine
from sandbox.vision.face import FaceReader


@dataclass(frozen=True)
class Sandbox:
    """application: answers the requests. parts: what can be kept for the next start."""

    application: Application
    parts: Mapping[str, Part]


@dataclass(frozen=True)
class Readers:
    """What looks at pictures. warm_up: reads the models, so that the first picture need not wait for them."""

    faces: FaceReader
    analyze_id: AnalyzeId
    warm_up: Callable[[], None]


def readers(*, scripted: bool) -> Readers:
    """Real vision, or what the pictures themselves say."""
    if scripted:
        return Readers(ScriptedReader(), scripted_analyze_id, lambda: None)
    engine = FaceEngine()
    return Readers(engine, IdDocumentReader().analyze_id, engine.warm_up)


def assemble(eyes: Readers, latencies: Sequence[Rule]) -> Sandbox:
    """An empty sandbox. Changes moto, once per process."""
    moto_repairs.apply()
    faults, journal, reader = Faults(latencies), Journal(), eyes.faces
    collections, sessions = Collections(), Sessions()
    rekognition = (
        Detection(reader).operations()
        | FaceOperations(reader, collections).operations()
        | CollectionOperations(collections).operations()
        | UserOperations(reader, collections).operations()
        | LivenessOperations(sessions).operations()
    )
    played = {"rekognition": rekognition, "textract": textract.operations(eyes.analyze_id)}
    moto = DomainDispatcherApplication(create_backend_app)
    application = Application(moto, played, faults, journal, Control(faults, journal, sessions, collections, reader))
    return Sandbox(application, {"collections": collections, "sessions": sessions, "faults": faults})
