"""The decision log and the audit log: signed, pseudonymous, append-only, kept as long as the policy says."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.errors import AwsUnavailableError, NotFoundError
from chalicelib.model.decision import Decision, Verdict
from chalicelib.model.log import SignedDecision, digest
from chalicelib.model.policy import Retention
from chalicelib.model.submission import user_key
from chalicelib.model.view import decision_view
from chalicelib.store.decisions import Decisions, person_partition
from chalicelib.store.items import Table
from chalicelib.store.pseudonyms import Pseudonyms
from chalicelib.store.signing import Signer
from cli import receipts
from cli.receipts import Keys
from cli.receipts import Verdict as Proof
from tests.aws_server import NAMES, AwsServer, at_once
from tests.canned import CannedAws
from tests.log import audit_of, decisions_of
from tests.samples import NOW, change, decision

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def log(server: AwsServer, tenant: str) -> Decisions:
    return decisions_of(server, tenant)


@pytest.fixture
def keys(server: AwsServer, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    path = tmp_path_factory.mktemp("keys") / "receipts.pem"
    path.write_text(Signer(server.aws, NAMES.signing_key).public_key.pem)
    return receipts.read_keys([path])


def of_a_card(tenant: str, verification_id: str = "v1") -> Decision:
    """A decision whose signals and fields have something to hide."""
    matches = [{"own": False, "face_id": "f", "similarity": 99.25}]
    return replace(
        decision(change(tenant, verification_id)),
        extracted={"first_name": "Ada", "document_number": "L898902C3"},
        signals={"collection_matches": {"matches": matches, "searched_from": 80.0}},
        face_models=("7.0",),
    )


def append(log: Decisions, made: Decision, retention: Retention | None = None) -> SignedDecision:
    signed = log.sign(made, retention or Retention())
    log.append(signed)
    return signed


def test_a_decision_comes_back_as_it_was_answered(log: Decisions, tenant: str) -> None:
    made = of_a_card(tenant)
    append(log, made)
    view = log.get("v1", LATER)
    assert view == decision_view(made)
    assert json.loads(json.dumps(view)) == view


def test_the_entry_has_what_a_replay_and_an_auditor_need_and_names_nobody(log: Decisions, tenant: str) -> None:
    append(log, of_a_card(tenant))
    entry = log.receipt("v1", LATER).entry
    details = entry["details"]
    assert (details["policy_digest"], details["engine_version"], details["face_models"]) == ("0" * 64, "1", ["7.0"])
    assert details["signals"]["collection_matches"]["matches"][0]["similarity"] == 99.25
    for secret in ('"ada"', "Ada", "L898902C3", user_key(tenant, "ada")):  # ada alone may be part of a hash
        assert secret not in json.dumps(entry)


def test_what_came_through_the_table_and_json_is_proved_by_its_signature(
    log: Decisions, tenant: str, keys: Keys
) -> None:
    odd = {"nan": math.nan, "large": 2**60, "small": 1e-9, "minus": -0.0, "text": "\u20ac\u0001", "tuple": (1, 2.0)}
    append(log, replace(of_a_card(tenant), signals=odd))
    receipt = json.loads(json.dumps(log.receipt("v1", LATER).as_json()))
    assert receipts.verify(receipt, keys) is Proof.GENUINE


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("entry", "at", "2020-01-01T00:00:00+00:00"),
        ("entry", "tenant", "another"),
        ("entry", "subject", "0" * 32),
        ("entry", "format", "countersign/log-entry/2"),
        ("entry", "details", {"decision": "approved"}),
        ("entry", "added", 1),
        ("signature", "value", "AAAA"),
        ("signature", "value", "no base64!"),
        ("signature", "algorithm", "none"),
    ],
)
def test_a_change_shows(log: Decisions, tenant: str, keys: Keys, part: str, name: str, value: object) -> None:
    receipt = append(log, of_a_card(tenant)).receipt.as_json()
    receipt[part] = {**receipt[part], name: value}
    assert receipts.verify(receipt, keys) is Proof.TAMPERED


def test_another_key_proves_nothing(log: Decisions, tenant: str) -> None:
    receipt = append(log, of_a_card(tenant)).receipt.as_json()
    assert receipts.verify(receipt, Keys({})) is Proof.OTHER_KEY


def test_a_decision_is_never_overwritten(log: Decisions, tenant: str) -> None:
    append(log, decision(change(tenant, "v1"), Verdict.DENIED))
    append(log, decision(change(tenant, "v1"), Verdict.APPROVED))
    assert log.get("v1", LATER)["decision"] == "denied"


@pytest.mark.parametrize("verification_id", ["v1", "", "x" * 5000])
def test_a_decision_of_another_tenant_is_not_there(
    server: AwsServer, log: Decisions, tenant: str, verification_id: str
) -> None:
    append(log, of_a_card(tenant))
    other = decisions_of(server, f"{tenant}-2")
    for look in (other.get, other.receipt):
        with pytest.raises(NotFoundError):
            look(verification_id, LATER)


def test_each_part_ends_when_the_policy_says_even_if_ttl_is_late(log: Decisions, tenant: str) -> None:
    append(log, of_a_card(tenant), Retention(fields_days=10, decisions_days=20))
    assert log.get("v1", NOW + timedelta(days=9))["extracted"]
    after_fields = log.get("v1", NOW + timedelta(days=11))
    assert (after_fields["extracted"], after_fields["user_id"]) == ({}, "ada")
    with pytest.raises(NotFoundError):
        log.get("v1", NOW + timedelta(days=21))


def test_ttl_ends_each_part_too(server: AwsServer, log: Decisions, tenant: str) -> None:
    signed = append(log, of_a_card(tenant), Retention(fields_days=10, decisions_days=20))
    table = Table(server.aws, NAMES.table)
    entry = table.get({"pk": f"T#{tenant}#V#v1", "sk": "DECISION"})
    personal = table.query(person_partition(tenant, signed.receipt.entry["subject"]))
    ends = {item["sk"]: item["expires_at"] for item in personal}
    day = lambda days: (NOW + timedelta(days=days)).timestamp()  # noqa: E731
    assert entry is not None and entry["expires_at"] == day(20)
    assert ends == {"PERSON#v1": day(20), "FIELDS#v1": day(10)}


def test_nothing_is_logged_without_a_signature(server: AwsServer, tenant: str) -> None:
    down = AwsUnavailableError("kms:Sign", "ThrottlingException", "")
    signer = Signer(CannedAws(sign=down, get_public_key=down), "key")
    log = Decisions(Table(server.aws, NAMES.table), tenant, signer, Pseudonyms(server.aws, NAMES.table))
    with pytest.raises(AwsUnavailableError):
        log.sign(of_a_card(tenant), Retention())


def test_kms_is_asked_for_its_key_once_and_signs_the_digest() -> None:
    aws = CannedAws(sign={"Signature": b"s"}, get_public_key={"PublicKey": b"der"})
    signer = Signer(aws, "the key")
    assert signer.sign({"a": 1}) == signer.sign({"a": 1.0})
    assert [call["Message"] for call in aws.called("sign")] == [digest({"a": 1})] * 2
    assert len(aws.called("get_public_key")) == 1


def test_pseudonyms_are_steady_until_the_key_is_deleted(server: AwsServer, tenant: str) -> None:
    here, there = Pseudonyms(server.aws, NAMES.table), Pseudonyms(server.aws, NAMES.table)
    first = here.of(tenant, "a" * 64)
    assert here.of(tenant, "a" * 64) == there.of(tenant, "a" * 64) == first
    assert first != here.of(tenant, "b" * 64)
    assert first != here.of(f"{tenant}-2", "a" * 64)
    assert here.forget(tenant)
    assert here.of(tenant, "a" * 64) != first
    assert here.forget(tenant)
    assert not here.forget(tenant)


def test_processes_that_make_the_first_pseudonym_at_once_agree(server: AwsServer, tenant: str) -> None:
    makers = [Pseudonyms(server.aws, NAMES.table) for _ in range(6)]
    assert len(set(map(str, at_once([lambda maker=maker: maker.of(tenant, "a") for maker in makers])))) == 1


def test_the_audit_log_is_signed_and_in_order(server: AwsServer, tenant: str, keys: Keys) -> None:
    audit = audit_of(server, tenant)
    audit.note("key_revoked", {"key_id": "1"}, LATER)
    audit.note("user_erased", {"found": 2}, NOW, user_key="a" * 64)
    entries = list(audit.entries())
    assert [receipt.entry["kind"] for receipt in entries] == ["user_erased", "key_revoked"]
    assert [receipt.entry["subject"] is None for receipt in entries] == [False, True]
    assert {receipts.verify(receipt.as_json(), keys) for receipt in entries} == {Proof.GENUINE}
    assert list(audit_of(server, f"{tenant}-2").entries()) == []
