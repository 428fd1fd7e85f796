"""`CudaRunner` against `CpuRunner`: the same step, run eagerly on this CPU.

Sounds are compared bit for bit, which compares tokens: equal tokens make equal samples.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from audio.engine import Chunk
from audio.errors import EngineError
from audio.musicgen.calibration import calibrate
from audio.musicgen.checkpoint.load import Checkpoint, load_checkpoint
from audio.musicgen.checkpoint.seeded import seeded_melody_model, seeded_model, seeded_tokenizer
from audio.musicgen.cuda.runner import CudaRunner
from audio.musicgen.engine_core import EngineCore
from audio.musicgen.model import sampler
from audio.musicgen.schedule.window import Window
from audio.piece import Piece, PromptChange, Recording
from audio.units import Pcm
from tests.audio.files.sound_files import hum
from tests.audio.files.sound_files import recorded as written_recording

PIECE = Piece("lo-fi hip hop with rain", seconds=0.8, seed=3, interval=0.5)
TIE = 1e-4
"""Difference of logits or uniform numbers that the order of float32 sums may cause."""


@pytest.fixture
def agree_on_ties(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the runner under test break ties as the host did before it.

    Host and device sum float32 in different orders. Where that may decide, because a difference of `TIE` in a
    logit or a uniform number draws another token, both tokens are right. Only tests that compare the two need
    this; the host's draws are recorded by their uniform numbers.
    """
    decided: dict[tuple[float, ...], list[Tensor]] = {}

    def spied(logits: Tensor, numbers: Tensor, top_k: int, temperature: float) -> Tensor:
        drawn = sampler.draw(logits, numbers, top_k, temperature)
        decided.setdefault(tuple(numbers.tolist()), []).append(drawn)
        return drawn

    def agreeing(logits: Tensor, numbers: Tensor, *settings: Tensor) -> tuple[Tensor, Tensor]:
        drawn, finite = sampler.draw_all(logits, numbers, *settings)
        beside = [sampler.draw_all(logits, numbers + shift, *settings)[0] for shift in (-TIE, TIE)]
        for row, own in enumerate(numbers.tolist()):
            for others in decided.get(tuple(own), []):
                mine = drawn[row]
                apart = torch.sub(
                    *(logits[row].gather(1, tokens[:, None])[:, 0] for tokens in (mine, others))
                )
                tie = (apart.abs() < TIE) | (others == beside[0][row]) | (others == beside[1][row])
                drawn[row] = torch.where(tie, others, mine)
        return drawn, finite

    monkeypatch.setattr("audio.musicgen.schedule.slot.draw", spied)
    monkeypatch.setattr("audio.musicgen.cuda.graph_batch.draw_all", agreeing)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(seeded_model(hidden=64, layers=2, heads=2), tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def checkpoint(folder: Path) -> Checkpoint:
    return load_checkpoint(str(folder))


def composed(
    core: EngineCore, pieces: dict[int, Piece], joins: dict[int, int] | None = None
) -> dict[int, Any]:
    """Return the sound or the error of each piece; `joins` is the call of `step` at which one is admitted."""
    made: dict[int, Any] = {key: [] for key in pieces}
    left = {key: (joins or {}).get(key, 0) for key in pieces}
    calls = 0
    while left or not core.idle:
        for key in [key for key, at in left.items() if at <= calls]:
            core.admit(key, pieces[key])
            del left[key]
        for event in core.step():
            if isinstance(event.result, Chunk):
                made[event.key].append(event.result.pcm)
            else:
                made[event.key] = event.result
        calls += 1
    return {
        key: part if isinstance(part, EngineError) else np.concatenate(part, axis=1)
        for key, part in made.items()
    }


def cuda_core(checkpoint: Checkpoint, slots: int = 3, **settings: Any) -> EngineCore:
    return EngineCore(checkpoint, slots, **({"longest": 2.0} | settings), on_device=True)


def test_launches_get_longer_where_the_host_is_slower_than_the_device(checkpoint: Checkpoint) -> None:
    now = 0.0
    core = cuda_core(checkpoint, slots=1)
    runner: Any = core.runner
    runner._clock, runner._last_done = (lambda: now), now
    runner._step_seconds = 1.0  # as measured with launches of one step
    batch = runner._batches[True]
    launch, launches = batch.launch, list[int]()

    def launched(steps: int, scheduled: Any) -> Any:
        nonlocal now
        now += 0.014  # the host takes 14 ms per launch, the device no time
        launches.append(steps)
        return launch(steps, scheduled)

    batch.launch = launched
    composed(core, {1: dataclasses.replace(PIECE, seconds=2.0, interval=2.0)})
    assert launches[0] == 1
    assert max(launches) > 8


def assert_same(checkpoint: Checkpoint, *pieces: Piece, **settings: Any) -> None:
    """Assert that host and device make the same sound of `pieces`, together and one of them alone.

    Each piece gets its own seed, because `agree_on_ties` tells them apart by their uniform numbers.
    """
    those = {key: dataclasses.replace(piece, seed=key + 1) for key, piece in enumerate(pieces)}
    expected = composed(EngineCore(checkpoint, 3, **({"longest": 2.0} | settings)), those)
    core = cuda_core(checkpoint, **settings)
    made = composed(core, those)
    for key, pcm in expected.items():
        assert pcm.std() > 0.01, "silence would make the comparison pointless"
        assert np.array_equal(made[key], pcm), key
    assert np.array_equal(composed(core, {9: those[0]})[9], expected[0]), "alone, in a reused slot"


@pytest.fixture(scope="module")
def stereo(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    model = seeded_model(hidden=96, layers=2, heads=2, channels=2)
    return load_checkpoint(str(saved(model, tmp_path_factory.mktemp("stereo"))))


@pytest.fixture(scope="module")
def melodic(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    model = seeded_melody_model(hidden=64, layers=2, heads=2)
    return load_checkpoint(str(saved(model, tmp_path_factory.mktemp("melody"))))


def saved(model: Any, folder: Path) -> Path:
    model.save_pretrained(folder)
    seeded_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture
def recorded(tmp_path: Path) -> Recording:
    noise = np.random.default_rng(1).normal(0, 0.3, (1, 30 * 640)).clip(-1, 1).astype(np.float32)
    return written_recording(tmp_path / "past.wav", noise, 32_000)


@pytest.mark.usefixtures("agree_on_ties")
def test_pieces_side_by_side_equal_those_of_the_host(checkpoint: Checkpoint) -> None:
    assert_same(
        checkpoint,
        PIECE,
        Piece("drums", 0.4, 9, top_k=10, temperature=0.5, guidance=4.5),
        Piece("a long prompt about strings, brass and a choir", 1.0, 5, top_k=2048, temperature=1.7),
        Piece("waits for a slot", 0.5, 2, interval=None, top_k=1),
    )


@pytest.mark.usefixtures("agree_on_ties")
def test_stereo_equals_that_of_the_host(stereo: Checkpoint) -> None:
    assert_same(stereo, PIECE, dataclasses.replace(PIECE, seed=8))


@pytest.mark.usefixtures("agree_on_ties")
def test_pieces_with_a_melody_equal_those_of_the_host(melodic: Checkpoint, tmp_path: Path) -> None:
    tune = written_recording(tmp_path / "tune.wav", hum(1.0, 32_000, (440.0,)), 32_000)
    changed = dataclasses.replace(PIECE, melody=tune, prompt_changes=(PromptChange("a harp", 9, 4),))
    assert_same(melodic, dataclasses.replace(PIECE, melody=tune), PIECE, changed)


@pytest.mark.usefixtures("agree_on_ties")
def test_pieces_longer_than_a_window_equal_those_of_the_host(checkpoint: Checkpoint) -> None:
    long = dataclasses.replace(PIECE, seconds=1.9)
    assert_same(checkpoint, long, dataclasses.replace(PIECE, seed=8), window=Window(frames=50, stride=30))


@pytest.mark.usefixtures("agree_on_ties")
def test_continued_recordings_equal_those_of_the_host(checkpoint: Checkpoint, recorded: Recording) -> None:
    on = dataclasses.replace(PIECE, continues=recorded)
    assert_same(checkpoint, on, PIECE)
    assert_same(checkpoint, on, dataclasses.replace(on, seconds=1.5), window=Window(frames=50, stride=20))


@pytest.mark.parametrize("blend", [0, 20])
@pytest.mark.usefixtures("agree_on_ties")
def test_prompt_changes_equal_those_of_the_host(checkpoint: Checkpoint, blend: int) -> None:
    changed = dataclasses.replace(
        PIECE, prompt_changes=(PromptChange("techno", 10, blend), PromptChange("a harp", 25, blend))
    )
    assert_same(checkpoint, changed, PIECE)


def test_a_prompt_change_takes_effect_at_the_step_being_composed(checkpoint: Checkpoint) -> None:
    core = cuda_core(checkpoint)
    core.admit(1, PIECE)
    parts: list[Pcm] = []
    change = None
    while not core.idle:
        parts += [made.result.pcm for made in core.step() if isinstance(made.result, Chunk)]
        change = change or core.steer(1, "techno", 0.2)
    assert change is not None
    again = dataclasses.replace(PIECE, prompt_changes=(change,))
    assert np.array_equal(np.concatenate(parts, axis=1), composed(core, {1: again})[1])


@pytest.mark.parametrize("recommended", [1.0, 3.0])
@pytest.mark.usefixtures("agree_on_ties")
def test_pieces_with_and_without_guidance_equal_those_of_the_host(
    checkpoint: Checkpoint, recommended: float
) -> None:
    """Both kinds side by side, also for a checkpoint that recommends no guidance."""
    recommends = dataclasses.replace(checkpoint, guidance=recommended)
    free, guided = (dataclasses.replace(PIECE, guidance=guidance) for guidance in (1.0, 3.0))
    assert_same(recommends, PIECE, free, guided)


def test_unconditional_rows_are_computed_only_after_a_piece_sets_guidance(checkpoint: Checkpoint) -> None:
    core = cuda_core(dataclasses.replace(checkpoint, guidance=1.0))
    runner = core.runner
    assert isinstance(runner, CudaRunner)
    composed(core, {1: PIECE})
    assert list(runner.guided_batches) == [False]
    composed(core, {1: dataclasses.replace(PIECE, guidance=2.0)})
    assert list(runner.guided_batches) == [False, True]


def test_a_piece_that_joins_late_in_another_slot_sounds_the_same(checkpoint: Checkpoint) -> None:
    core = cuda_core(checkpoint)
    alone = composed(core, {1: PIECE})[1]
    others = {
        2: Piece("drums", 0.3, 9),
        3: Piece("strings", 1.5, 5),
        1: PIECE,
        4: Piece("joins later", 0.8, 2),
    }
    together = composed(core, others, joins={1: 3, 4: 6})
    assert np.array_equal(together[1], alone)
    for key in (2, 4):
        assert np.array_equal(together[key], composed(core, {1: others[key]})[1]), key


def test_the_length_of_a_launch_does_not_change_the_sound(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds = []
    for max_seconds in (0.0, 0.05, 1e9):
        monkeypatch.setattr("audio.musicgen.cuda.runner.MAX_LAUNCH_SECONDS", max_seconds)
        sounds.append(composed(cuda_core(checkpoint), {1: PIECE, 2: Piece("beside", 0.5, 1)})[1])
    assert np.array_equal(sounds[0], sounds[1])
    assert np.array_equal(sounds[0], sounds[2])


def test_a_launch_ends_at_the_next_chunk_which_arrives_during_the_next_launch(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audio.musicgen.cuda.runner.MAX_LAUNCH_SECONDS", 1e9)
    core = cuda_core(checkpoint)
    core.admit(1, PIECE)
    assert core.step() == []
    assert not core.nothing_due
    (first,) = core.step()
    assert isinstance(first.result, Chunk)
    assert not first.result.last
    while not core.idle:
        made = core.step()
    assert isinstance(made[-1].result, Chunk)
    assert made[-1].result.last


def test_a_launch_of_the_minimum_length_is_one_step(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audio.musicgen.cuda.runner.MAX_LAUNCH_SECONDS", 0.0)
    core = cuda_core(checkpoint)
    core.admit(1, PIECE)
    calls = 0
    while not core.step():
        calls += 1
    assert calls == 25 + 3, "one launch per step; the chunk arrives with the launch after its last step"
    core.cancel(1)


def test_a_cancelled_piece_frees_its_slot_at_once_and_its_steps_in_flight_are_dropped(
    checkpoint: Checkpoint,
) -> None:
    core = cuda_core(checkpoint, slots=1)
    expected = composed(core, {2: PIECE})[2]
    core.admit(1, Piece("cancelled", 2.0, 1))
    for _ in range(3):
        core.step()
    core.cancel(1)
    assert core.idle
    assert not core.nothing_due, "a launch is still in flight"
    assert np.array_equal(composed(core, {2: PIECE})[2], expected)
    assert core.nothing_due


def test_logits_that_are_not_finite_end_their_piece_but_no_other_and_not_the_next_in_its_slot(
    checkpoint: Checkpoint,
) -> None:
    core = cuda_core(checkpoint, slots=2)
    expected = composed(core, {2: PIECE})[2]
    encode = checkpoint.projection
    damaged = dataclasses.replace(checkpoint, projection=lambda states: encode(states) * float("nan"))  # type: ignore[arg-type]
    core.checkpoint = damaged
    core.admit(1, Piece("doomed", 1.0, 1))
    made = core.step()
    core.checkpoint = checkpoint
    core.admit(2, PIECE)
    while not core.idle:
        made += core.step()
    results = [event.result for event in made if event.key == 1]
    assert [type(result) for result in results] == [EngineError]
    assert "aren't finite" in str(results[0])
    parts = [event.result.pcm for event in made if event.key == 2 and isinstance(event.result, Chunk)]
    assert np.array_equal(np.concatenate(parts, axis=1), expected)
    assert np.array_equal(composed(core, {2: PIECE})[2], expected), "in the slot of the failed piece"


def test_too_many_slots_for_the_memory_raise_a_readable_error(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any, **more: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("audio.musicgen.cuda.runner.GraphBatch", full)
    with pytest.raises(EngineError, match=r"does not suffice for 3 slots; set engine\.slots lower"):
        cuda_core(checkpoint)


def test_a_piece_with_guidance_is_refused_where_memory_does_not_suffice_for_a_second_batch(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = cuda_core(dataclasses.replace(checkpoint, guidance=1.0))
    expected = composed(core, {1: PIECE})[1]

    def full(*arguments: Any, **more: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("audio.musicgen.cuda.runner.GraphBatch", full)
    assert "isn't enough memory" in str(composed(core, {1: dataclasses.replace(PIECE, guidance=2.0)})[1])
    assert np.array_equal(composed(core, {1: PIECE})[1], expected)


def test_calibration_leaves_the_engine_core_idle(checkpoint: Checkpoint) -> None:
    core = cuda_core(checkpoint, slots=2)
    expected = composed(core, {1: PIECE})[1]
    calibration = calibrate(core)
    assert calibration.speed > 0
    assert 1 <= calibration.listeners <= 2
    assert core.idle
    assert np.array_equal(composed(core, {1: PIECE})[1], expected)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_sounds_the_same_alone_and_beside_others(folder: Path, dtype: str) -> None:
    core = cuda_core(load_checkpoint(str(folder)), dtype=dtype)
    alone = composed(core, {1: PIECE})[1]
    assert alone.std() > 0.01
    made = composed(core, {2: Piece("beside it", 0.5, 9), 1: PIECE}, joins={1: 2})
    assert np.array_equal(made[1], alone)
