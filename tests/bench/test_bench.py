"""The whole bench on the small checkpoint, with little to measure, and the measuring itself."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import pytest
import torch

from audio.errors import EngineError
from audio.musicgen.checkpoint.load import Checkpoint, load_checkpoint
from audio.musicgen.checkpoint.seeded import ensure_seeded, seeded_model
from audio.musicgen.cuda.runner import NoRoom
from audio.musicgen.engine_core import EngineCore
from bench.__main__ import main
from bench.figures import GENERATE, _measure_one_by_one, measure
from bench.measures import (
    CodecSplit,
    Plan,
    codec_again_seconds,
    generate_seconds,
    interleaved,
    piece_seconds,
    step_bytes,
)
from bench.subject import subject_of

LITTLE = Plan(rounds=1, seconds=0.6, batch_sizes=(1, 2), codec_seconds=1.0, codec_samples=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(ensure_seeded(tmp_path_factory.mktemp("models") / "seeded"))


def test_candidates_are_measured_in_turn_and_the_warm_up_does_not_count() -> None:
    turns: list[str] = []
    figures = {"a": iter([99.0, 3.0, 1.0, 2.0]), "b": iter([0.0, 7.0, 7.0, 8.0])}

    def measure(name: str) -> float:
        turns.append(name)
        return next(figures[name])

    results = interleaved(3, {"a": lambda: measure("a"), "b": lambda: measure("b")})
    assert results == {"a": 2.0, "b": 7.0}
    assert turns == ["a", "b"] * 4


def test_one_run_measures_the_engine_and_its_peers_and_makes_a_table(folder: str) -> None:
    lines: list[str] = []
    figures = measure(subject_of(folder, "cpu"), ["float32", "int8"], LITTLE, lines.append)
    assert set(figures.steps_a_second) == {"float32", "int8", GENERATE}
    assert all(steps > 0 for steps in figures.steps_a_second.values())
    assert figures.first_chunk_s[GENERATE] == pytest.approx(0.6 * 50 / figures.steps_a_second[GENERATE])
    for name, steps in figures.steps_a_second.items():
        assert steps < figures.decoder_steps_a_second[name], "the codec took time"
    assert figures.batch_throughput["int8"].keys() == {1, 2}
    assert all(seconds > 0 for seconds in figures.codec_s.values())
    assert figures.bound["int8"] > figures.bound["float32"] > figures.steps_a_second["float32"]
    assert json.loads(json.dumps(figures.as_dict()))["checkpoint"] == "seeded"
    table = str(figures)
    for word in ("seeded on", "float32", "int8", "generate()", "bound", "no codec", "batch size", "GB/s"):
        assert word in table
    assert lines


def test_on_a_gpu_each_batch_size_is_measured_by_itself_until_one_does_not_fit(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs the engine of a GPU on a CPU."""
    built: list[tuple[str, int]] = []

    def core(checkpoint: Checkpoint, slots: int, longest: float, dtype: str) -> EngineCore:
        built.append((dtype, slots))
        if dtype == "bfloat16" and slots > 1:
            raise NoRoom("too little")
        return EngineCore(checkpoint, slots, longest, dtype, on_device=True)

    monkeypatch.setattr("bench.figures.EngineCore", core)
    monkeypatch.setattr("bench.figures._measure_in_turn", _measure_one_by_one)
    monkeypatch.setattr("bench.figures._free_memory", lambda: None)
    lines: list[str] = []
    plan = dataclasses.replace(LITTLE, batch_sizes=(1, 2, 3), seconds=0.4)
    figures = measure(subject_of(folder, "cpu"), ["float32", "bfloat16"], plan, lines.append)
    assert built == [("float32", 1), ("float32", 2), ("float32", 3), ("bfloat16", 1), ("bfloat16", 2)]
    assert list(figures.batch_throughput["float32"]) == [1, 2, 3]
    assert list(figures.batch_throughput["bfloat16"]) == [1]
    assert not figures.decoder_steps_a_second
    str(figures)
    assert "It does not fit: too little" in lines
    table = str(figures)
    assert "GiB" in table
    assert "–" in table


def test_the_codec_s_time_is_subtracted_from_a_piece_s(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    class Codec:
        def decode(self, seconds: float) -> float:
            nonlocal now
            now += seconds
            return seconds

    def piece() -> float:
        nonlocal now
        began = now
        codec.decode(0.25)
        now += 1.0
        codec.decode(0.5)
        return now - began

    def broken() -> float:
        raise EngineError("no piece")

    codec = Codec()
    monkeypatch.setattr("time.perf_counter", lambda: now)
    split = CodecSplit(piece, codec)
    assert [split(), split()] == [1.75, 1.75]
    assert split.without_codec == [1.0, 1.0]
    with pytest.raises(EngineError):
        CodecSplit(broken, codec)()
    assert not vars(codec), "the codec is as it was"


def test_a_piece_that_cannot_be_made_is_no_figure(folder: str) -> None:
    core = EngineCore(load_checkpoint(folder), longest=1.0)
    with pytest.raises(EngineError, match="doesn't fit"):
        piece_seconds(core, 2.0)


def test_the_small_shape_is_the_published_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, int] = {}

    def little(**shape: int) -> object:
        asked.update(shape)
        return seeded_model(hidden=128, layers=1, heads=2)

    monkeypatch.setattr("bench.subject.seeded_model", little)
    monkeypatch.setattr("bench.subject._CODEC_FILTERS", 8)
    subject = subject_of("small", "cpu")
    checkpoint, baseline = subject.checkpoint(), subject.baseline()
    assert asked == {"hidden": 1024, "layers": 24, "heads": 16}
    assert checkpoint.codec.hop == 640
    assert piece_seconds(EngineCore(checkpoint, longest=0.2), 0.2) > 0
    assert generate_seconds(baseline, checkpoint, 0.2) > 0


def test_the_bytes_of_a_step_are_those_of_its_matrices_and_of_its_cache(folder: str) -> None:
    checkpoint = load_checkpoint(folder)
    layers = checkpoint.decoder.model.decoder.layers
    read = sum(
        weights.numel()
        for name, weights in (*layers.named_parameters(), *checkpoint.decoder.lm_heads.named_parameters())
        if weights.dim() == 2
        and not name.endswith(("encoder_attn.k_proj.weight", "encoder_attn.v_proj.weight"))
    )
    assert step_bytes(checkpoint, "float32", 30.0) == (4 * read, 2 * 2 * 4 * 750 * 192 * 4)
    assert step_bytes(checkpoint, "int8", 30.0) == (read + read // 16, 2 * 2 * 4 * 750 * 192)
    heads = 4 * 2048 * 192
    assert step_bytes(checkpoint, "int4", 30.0)[0] == read // 2 + read // 16 + heads // 2
    unguided = dataclasses.replace(checkpoint, guidance=1.0)
    assert step_bytes(unguided, "float32", 30.0) == (4 * read, 2 * 4 * 750 * 192 * 4)


def test_decoding_again_counts_every_interval_whether_measured_or_not(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = load_checkpoint(folder)
    now = 0.0

    class Baseline:
        device = "cpu"

        class audio_encoder:  # noqa: N801
            @staticmethod
            def decode(codes: torch.Tensor, scales: list[None]) -> object:
                nonlocal now
                now += codes.shape[-1] / 50  # as long as it plays
                return type("Decoded", (), {"audio_values": torch.zeros(1)})

    monkeypatch.setattr("time.perf_counter", lambda: now)
    # 0.5 + 1.0 + … + 5.0 s
    assert codec_again_seconds(Baseline, checkpoint, 5.0, samples=3) == pytest.approx(27.5)


def test_the_command_line_writes_json_and_prints_where(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "bench.json"
    arguments = (
        f"bench --checkpoints {folder} --dtypes float32 --seconds 0.6 --rounds 1 --batch-sizes 1 --json {out}"
    )
    monkeypatch.setattr(sys, "argv", arguments.split())
    monkeypatch.setattr("bench.__main__.Plan", lambda *given: LITTLE)
    assert main() == 0
    (figures,) = json.loads(out.read_text())
    assert figures["steps_a_second"].keys() == {"float32", GENERATE}
    assert str(out) in capsys.readouterr().out


def test_a_checkpoint_that_is_not_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "--checkpoints", str(tmp_path / "nothing")])
    assert main() == 1
    assert "There is no checkpoint folder" in capsys.readouterr().err
