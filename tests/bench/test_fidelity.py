"""Fidelity compares formats in the same situations, and finds what is lost."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

from audio.musicgen.checkpoint.load import load_checkpoint
from audio.musicgen.checkpoint.seeded import ensure_seeded
from audio.musicgen.kernels.library import best_library
from audio.piece import Piece
from bench import fidelity
from bench.fidelity import compare, differences, record, table

PIECES = [Piece("slow dub", 0.6, 1), Piece("fast techno", 0.4, 2)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(ensure_seeded(tmp_path_factory.mktemp("models") / "seeded"))


def test_equal_logits_differ_in_nothing_and_others_by_known_amounts() -> None:
    ours = torch.tensor([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]).log()
    theirs = torch.tensor([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]]).log()
    divergence, top1, drawn = differences(ours, theirs, torch.tensor([0.1, 0.4]).double(), PIECES[0])
    # 0.5 · ln(0.5 / 0.25) + 0.25 · ln(0.25 / 0.5), the definition
    assert divergence.tolist() == pytest.approx([0.0, 0.25 * math.log(2)], abs=1e-6)
    assert top1.tolist() == [True, False]
    assert drawn.tolist() == [True, False]


def test_float32_reads_its_own_tape_without_a_difference(folder: str) -> None:
    tapes = record(load_checkpoint(folder), PIECES)
    assert [len(tape.steps) for tape in tapes] == [30 + 3, 20 + 3], "steps with the delay of the codebooks"
    same = compare(load_checkpoint(folder), "float32", tapes)
    assert same.divergence == pytest.approx([0.0] * 4, abs=1e-9)
    assert same.top1 == same.drawn == [1.0] * 4


@pytest.mark.skipif(best_library() is None, reason="there is no C compiler, and torch has no 4 bits")
def test_fewer_bits_lose_more(folder: str) -> None:
    tapes = record(load_checkpoint(folder), PIECES)
    brain, half, eight, four = (compare(load_checkpoint(folder), dtype, tapes) for dtype in fidelity.DTYPES)
    assert 0 < max(half.divergence) < max(brain.divergence) < 0.01
    assert all(0 < a < b for a, b in zip(eight.divergence, four.divergence, strict=True))
    assert all(share <= 1 for share in (*eight.top1, *four.drawn))


def test_each_codebook_counts_only_the_frames_of_the_piece(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps before a codebook's delay and after its end compute what nobody hears."""
    counted = torch.zeros(4)

    def one_each(*_: object) -> tuple[torch.Tensor, ...]:
        nonlocal counted
        counted += 1
        return counted.clone(), torch.ones(4, dtype=torch.bool), torch.ones(4, dtype=torch.bool)

    monkeypatch.setattr(fidelity, "differences", one_each)
    tapes = record(load_checkpoint(folder), PIECES[:1])
    means = compare(load_checkpoint(folder), "float32", tapes).divergence
    # codebook k makes its 30 frames from step k + 1 on
    assert means == pytest.approx([sum(range(first, first + 30)) / 30 for first in (1, 2, 3, 4)])


def test_the_command_prints_a_table_and_keeps_the_figures(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    json_file = tmp_path / "figures" / "fidelity.json"
    arguments = ["--checkpoint", folder, "--dtypes", "int8", "--prompts", "2", "--seconds", "0.3"]
    assert fidelity.main([*arguments, "--json", str(json_file)]) == 0
    printed = capsys.readouterr().out
    assert "2 pieces of 0.3 s, against float32" in printed
    assert "same top-1" in printed
    figures = json.loads(json_file.read_text())
    assert (figures["checkpoint"], figures["seconds"], len(figures["prompts"])) == (folder, 0.3, 2)
    ((name, one),) = figures["formats"].items()
    assert name.startswith("int8 by ")
    assert one.keys() == {"divergence", "top1", "drawn"}


@pytest.mark.parametrize("option", [["--prompts", "0"], ["--prompts", "99"], ["--seconds", "60"]])
def test_options_beyond_their_bounds_are_refused(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        fidelity.main(option)
    assert f"{option[0]} takes" in capsys.readouterr().err


def test_a_checkpoint_that_is_none_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert fidelity.main(["--checkpoint", "./nothing-here"]) == 1
    assert "There is no checkpoint folder" in capsys.readouterr().err


def test_a_table_has_a_column_for_each_codebook_and_their_mean() -> None:
    lines = table({"int4": fidelity.Fidelity([0.1, 0.3], [1.0, 0.5], [0.9, 0.7])}).splitlines()
    assert lines[0].split() == ["by", "codebook", "1", "2", "mean"]
    assert lines[1].split()[-3:] == ["0.1000", "0.3000", "0.2000"]
    assert lines[3].split()[-3:] == ["90.0%", "70.0%", "80.0%"]
