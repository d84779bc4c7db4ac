"""countersign policy prove: proofs, counterexamples and exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.workbench.running import run

POLICIES = Path(__file__).parents[3] / "policies"


def prove(*arguments: object) -> tuple[int, str]:
    ran = run("policy", "prove", *arguments, "--policies", POLICIES)
    return ran.exit_code, ran.output


def test_without_a_question_it_tells_what_is_asserted_and_what_each_flow_cannot_do_without() -> None:
    code, output = prove("acme")
    assert code == 0
    assert "never approved with mrz_consistent: inconclusive" in output
    assert "register: never approved without ..." in output
    lines = [line.split() for line in output.splitlines()]
    assert ["duplicate_face", "proved", "all", "59,049", "combinations", "of", "findings"] in lines
    assert ["liveness", "not", "so", "approved", "with", "everything", "passing"] in lines


def test_a_counterexample_is_exit_code_1() -> None:
    code, output = prove("globex", "--without", "liveness", "--in", "age_gate")
    assert code == 1
    assert output == "never approved without liveness\n  age_gate  not so  approved with everything passing\n"


def test_a_proof_is_exit_code_0() -> None:
    code, output = prove("globex", "--with", "mrz_consistent=inconclusive")
    assert code == 0
    assert [line.split()[1] for line in output.splitlines()[1:]] == ["proved"] * 5


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--without", "livenes"), "There is no check 'livenes'. Did you mean 'liveness'?"),
        (("--without", "liveness", "--in", "enrol"), "There is no flow 'enrol'."),
        (("--with", "liveness"), "'liveness' is not CHECK=OUTCOME"),
        (("--with", "liveness=fail", "--without", "pose"), "not both"),
    ],
)
def test_questions_that_make_no_sense(arguments: tuple[str, ...], error: str) -> None:
    code, output = prove("acme", *arguments)
    assert code == 2
    assert error in output
