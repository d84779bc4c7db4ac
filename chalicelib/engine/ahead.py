"""`execution: speculative`: the effects before the commit are made while the checks still run.

It is safe because a face counts as a match only when its user's record is active and lists it. It changes no decision:
signals that are read off what was made say what AWS would have been asked, and where nothing could be made they are
read in the usual way. Unless the decision is an approval, what was made is taken back before the answer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.engine.commit import Begun, Writing, begin, take_back
from chalicelib.errors import AwsError, ConflictError
from chalicelib.model.change import Change, Draft, Material
from chalicelib.model.images import Image

_log = logging.getLogger(__name__)

Prepare = Callable[[Mapping[str, Image]], tuple[Change, Material]]


class Ahead:
    """One verification's effects ahead of its decision. `prepare(images)` says what they are; none begins before
    `admitted()` returns.
    """

    def __init__(self, prepare: Prepare, writing: Writing, admitted: Callable[[], None]) -> None:
        self._prepare = prepare
        self._writing = writing
        self._admitted = admitted
        self._lock = threading.Lock()  # held while something is being made
        self._begun: Begun | None = None
        self._closed = False

    def make(self, _: object, **pictures: Any) -> Draft:
        """Reads the signal `made`. What cannot be made now makes an empty draft: it is no reason for anything."""
        with self._lock:
            if self._closed:
                return Draft()
            change, material = self._prepare(images_of(pictures))
            try:
                self._begun = begin(change, material, self._writing, self._admitted)
            except (ConflictError, AwsError) as error:  # an approval tries again and then says so
                _log.info("change %s was not begun ahead: %s", change.change_id, type(error).__name__)
                return Draft()
            return self._begun.draft

    def begun(self) -> Begun | None:
        """What is on its way, to be finished by the caller; None when nothing is, nor will be."""
        with self._lock:
            self._closed = True
            begun, self._begun = self._begun, None
        return begun

    def take_back(self) -> None:
        """Wait for what is being made, and undo it. Idempotent."""
        if (begun := self.begun()) is not None:
            take_back(begun, self._writing)


def images_of(known: Mapping[str, Any]) -> dict[str, Image]:
    """The pictures that are judged: with liveness, its reference image is the selfie."""
    cards = dict(zip(("id_card", "id_card_back"), known.get("id_card", ()), strict=False))
    return {"selfie": known["selfie"], **cards} if "selfie" in known else cards
