from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sandbox.pictures.__main__ import main
from sandbox.pictures.samples import sample_set


def test_the_command_writes_and_lists_every_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["pictures", str(tmp_path / "samples")])
    main()
    names = [sample.name for sample in sample_set()]
    assert sorted(names) == sorted(path.name for path in (tmp_path / "samples").iterdir())
    assert [row.split()[0] for row in capsys.readouterr().out.splitlines()] == names
    assert all((tmp_path / "samples" / name).read_bytes().startswith(b"\xff\xd8\xff") for name in names)


def test_help_teaches(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["pictures", "--help"])
    with pytest.raises(SystemExit):
        main()
    text = " ".join(capsys.readouterr().out.split())
    assert "OUT_DIR" in text
    assert "requirements-pictures.txt" in text
