"""What of the cold start's measurement can be wrong without a clock."""

from __future__ import annotations

from bench.cold_start import stages_of
from bench.starts import imports_of
from bench.world import Call


def test_calls_that_overlapped_are_one_stage() -> None:
    calls = [
        Call("s3:GetObject", 0.0, 0.03),
        Call("rekognition:IndexFaces", 0.04, 0.49),
        Call("s3:PutObject", 0.04, 0.07),
        Call("kms:Sign", 0.30, 0.31),
        Call("rekognition:SearchFaces", 0.50, 0.55),
    ]
    assert stages_of(calls) == [
        ["s3:GetObject"],
        ["rekognition:IndexFaces", "s3:PutObject", "kms:Sign"],
        ["rekognition:SearchFaces"],
    ]


def test_what_no_answer_waits_for_makes_no_stage_of_its_own() -> None:
    calls = [Call("dynamodb:UpdateItem", 0.0, 0.01), Call("s3:GetObject", 0.1, 0.13), Call("kms:Sign", 0.2, 0.21)]
    assert stages_of(calls) == [["dynamodb:UpdateItem", "s3:GetObject"], ["kms:Sign"]]


def test_imports_are_summed_by_package() -> None:
    log = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:      1500 |       1500 |   botocore.hooks\n"
        "import time:       500 |       2000 | botocore\n"
        "a line of the function's own\n"
    )
    assert imports_of(log) == {"botocore": 2.0}
