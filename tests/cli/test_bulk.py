"""Bulk import: who is imported, what is skipped, what is tried again."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cli.bulk.history import Entry, History
from cli.bulk.importer import Importer, import_all
from cli.bulk.people import Bucket, Folder, Person, find_people
from cli.client import Client, Problem, ProblemError, ServerDownError
from cli.errors import CliError

APPROVED = {"decision": "approved", "reasons": [], "id": "v-1"}
DENIED = {"decision": "denied", "reasons": [{"step": "pose", "code": "turned", "message": "Look ahead."}], "id": "v-2"}
BUSY = ProblemError(Problem(503, "aws-unavailable", "Try again.", retry_after_s=7))


@dataclass
class FakeClient(Client):
    """Answers as scripted by user id, the last answer for ever."""

    answers: dict[str, list[Any]]
    asked: list[tuple[dict[str, Any], str | None]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def verify(self, request: dict[str, Any], idempotency_key: str | None = None) -> dict[str, Any]:
        with self.lock:
            self.asked.append((request, idempotency_key))
            answers = self.answers[request["user_id"]]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)


class Setting:
    def __init__(self, folder: Path, **answers: list[Any]) -> None:
        self.folder = folder
        self.client = FakeClient(answers)
        self.slept_s: list[float] = []
        for user in answers:
            (folder / f"{user}.jpg").write_bytes(user.encode())

    def run(self) -> dict[str, Entry]:
        results = import_all(self.importer(), find_people(Folder(self.folder)), at_once=2)
        return {result.entry.user: result.entry for result in results}

    def importer(self) -> Importer:
        return Importer(
            client=self.client,
            source=Folder(self.folder),
            history=History(self.folder / "history.jsonl"),
            flow_of=lambda person: "register_with_id_card" if person.id_card else "register",
            consent="1",
            sleep_s=self.slept_s.append,
        )


def test_each_picture_is_a_person_and_a_refusal_has_its_reason(tmp_path: Path) -> None:
    entries = Setting(tmp_path, ada=[APPROVED], bob=[DENIED]).run()

    assert entries["ada"].decision == "approved"
    assert entries["bob"].reasons == ["pose: Look ahead."]


def test_a_second_run_skips_who_was_decided_on_with_the_same_picture(tmp_path: Path) -> None:
    setting = Setting(tmp_path, ada=[APPROVED], bob=[DENIED])
    setting.run()
    (tmp_path / "bob.jpg").write_bytes(b"a better picture")

    again = list(import_all(setting.importer(), find_people(Folder(tmp_path)), at_once=1))

    assert [(result.entry.user, result.was_known) for result in again] == [("ada", True), ("bob", False)]
    assert len(setting.client.asked) == 3


def test_throttling_is_waited_for_as_long_as_the_server_says_and_never_doubles_a_person(tmp_path: Path) -> None:
    setting = Setting(tmp_path, ada=[BUSY, BUSY, APPROVED])

    entries = setting.run()

    assert entries["ada"].decision == "approved"
    assert setting.slept_s == [7, 7]
    assert len({key for _, key in setting.client.asked}) == 1


def test_throttling_that_does_not_end_is_an_error_that_the_next_run_tries_again(tmp_path: Path) -> None:
    setting = Setting(tmp_path, ada=[BUSY])

    entries = setting.run()

    assert entries["ada"].decision == "error"
    assert not setting.importer().history.find("ada", entries["ada"].sha256)


def test_a_request_that_can_never_succeed_is_settled(tmp_path: Path) -> None:
    setting = Setting(tmp_path, ada=[ProblemError(Problem(400, "image-truncated", "Cut off."))])

    entries = setting.run()

    assert entries["ada"].decision == "denied"
    assert setting.importer().history.find("ada", entries["ada"].sha256)


def test_a_server_that_is_down_stops_the_import(tmp_path: Path) -> None:
    setting = Setting(tmp_path, ada=[ServerDownError("down")])

    with pytest.raises(ServerDownError):
        setting.run()


def test_stopping_early_leaves_a_history_of_all_that_was_asked(tmp_path: Path) -> None:
    setting = Setting(tmp_path, **{f"user{number}": [APPROVED] for number in range(9)})
    importer = setting.importer()
    results = import_all(importer, find_people(Folder(tmp_path)), at_once=2)

    next(results)
    results.close()

    asked = {request["user_id"] for request, _ in setting.client.asked}
    assert len(asked) < 9
    assert len((tmp_path / "history.jsonl").read_text().splitlines()) == len(asked)


def test_people_csv_gives_cards_and_properties(tmp_path: Path) -> None:
    for name in ("a.jpg", "card.png"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "people.csv").write_text("user_id,selfie,id_card,last_name\nada@example.org,a.jpg,card.png,Lovelace\n")

    assert find_people(Folder(tmp_path)) == [Person("ada@example.org", "a.jpg", "card.png", {"last_name": "Lovelace"})]


@pytest.mark.parametrize(
    ("csv", "message"),
    [
        ("user_id\nada\n", "lacks the column selfie"),
        ("user_id,selfie\nada,gone.jpg\n", "line 2"),
        ("user_id,selfie\nada,a.jpg\nada,b.jpg\n", "Two people have the user id 'ada'"),
        ("user_id,selfie\n", "no pictures"),
        ("user_id,selfie\njos\udce9,a.jpg\n", "not UTF-8"),
        (f"user_id,selfie,note\nada,a.jpg,{'x' * 200_000}\n", "people.csv cannot be read"),
    ],
)
def test_a_wrong_people_csv_is_explained(tmp_path: Path, csv: str, message: str) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "b.jpg").write_bytes(b"x")
    (tmp_path / "people.csv").write_text(csv, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(CliError, match=message):
        find_people(Folder(tmp_path))


def test_two_pictures_of_one_name_are_not_silently_one_person(tmp_path: Path) -> None:
    (tmp_path / "ada.jpg").write_bytes(b"x")
    (tmp_path / "ada.png").write_bytes(b"y")

    with pytest.raises(CliError, match=r"ada.jpg and ada.png"):
        find_people(Folder(tmp_path))


def test_a_bucket_is_read_below_its_prefix_only() -> None:
    stored = {"staff/ada.jpg": b"a", "staff/old/bob.jpg": b"b", "staff/": b""}
    source = Bucket("staff/", lambda prefix: [key for key in stored if key.startswith(prefix)], stored.__getitem__)

    assert [person.user_id for person in find_people(source)] == ["ada"]
    assert source.read("ada.jpg") == b"a"


def test_a_line_cut_off_by_a_crash_is_forgotten_and_any_other_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    History(path).append(Entry("ada", "now", "approved", [], "v", {"selfie": "1"}))
    path.write_text(path.read_text() + '{"user": "bo')
    assert History(path).find("ada", {"selfie": "1"})

    path.write_text("nonsense\n" + path.read_text())
    with pytest.raises(CliError, match="line 1 is damaged"):
        History(path)


def test_what_is_added_behind_a_line_cut_off_by_a_crash_is_kept(tmp_path: Path) -> None:
    path, digests = tmp_path / "history.jsonl", {"selfie": "1"}
    History(path).append(Entry("ada", "now", "approved", [], "v", digests))
    with path.open("a") as file:
        file.write('{"user": "bo')
    History(path).append(Entry("bob", "now", "approved", [], "v", digests))
    History(path).append(Entry("eve", "now", "approved", [], "v", digests))
    assert all(History(path).find(user, digests) for user in ("ada", "bob", "eve"))


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85"])
def test_a_name_with_an_end_of_line_in_it_is_one_line_of_the_history(tmp_path: Path, end: str) -> None:
    path, digests = tmp_path / "history.jsonl", {"selfie": "1"}
    for user in (f"a{end}b", "ada"):
        History(path).append(Entry(user, "now", "denied", [], "v", digests))
    assert History(path).find(f"a{end}b", digests) and History(path).find("ada", digests)


def test_a_file_whose_name_is_no_text_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"jos\xe9.jpg")).write_bytes(b"x")
    with pytest.raises(CliError, match="not UTF-8"):
        find_people(Folder(tmp_path))
