"""Decoding on the device against decoding on the host: the same step, run eagerly on this CPU.

Sounds are compared bit for bit: the codec makes the same of the same tokens, and of no others. Only where a
ten-thousandth more or less would draw another token, so that the order of float32 sums may decide, the device
is made to agree with the host.
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
from audio.files.recording import recording_of
from audio.musicgen.calibration import calibrate
from audio.musicgen.checkpoint.load import Checkpoint, load_checkpoint
from audio.musicgen.checkpoint.seeded import seeded_melody_model, seeded_model, seeded_tokenizer
from audio.musicgen.cuda.runner import CudaRunner
from audio.musicgen.engine_core import EngineCore
from audio.musicgen.model import sampler
from audio.musicgen.schedule.window import Window
from audio.piece import Piece, PromptChange, Recording
from audio.units import Pcm
from tests.audio.files.sound_files import hum, written

PIECE = Piece("lo-fi hip hop with rain", seconds=0.8, seed=3, interval=0.5)
TIE = 1e-4


@pytest.fixture(autouse=True)
def ties(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the device decide ties as the host did before it, whose draws are known by their uniform
    numbers."""
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
    return kept(seeded_model(hidden=64, layers=2, heads=2), tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def checkpoint(folder: Path) -> Checkpoint:
    return load_checkpoint(str(folder))


def composed(
    core: EngineCore, pieces: dict[int, Piece], joins: dict[int, int] | None = None
) -> dict[int, Any]:
    """The sound of each piece, or why there is none; `joins` says at which call of `step` one joins."""
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


def test_where_the_host_takes_longer_than_the_device_runs_get_longer(checkpoint: Checkpoint) -> None:
    now = 0.0
    core = cuda_core(checkpoint, slots=1)
    runner: Any = core.runner
    runner._clock, runner._last_done = (lambda: now), now
    runner._step_seconds = 1.0  # as after runs of one step each
    batch = runner._batches[True]
    launch, runs = batch.launch, list[int]()

    def launched(steps: int, scheduled: Any) -> Any:
        nonlocal now
        now += 0.014  # the host's work; that of the device takes no time
        runs.append(steps)
        return launch(steps, scheduled)

    batch.launch = launched
    composed(core, {1: dataclasses.replace(PIECE, seconds=2.0, interval=2.0)})
    assert runs[0] == 1
    assert max(runs) > 8


def assert_same(checkpoint: Checkpoint, *pieces: Piece, **settings: Any) -> None:
    """That host and device make the same of `pieces`, together and one of them alone; each gets its own seed,
    which ties are told apart by."""
    those = {key: dataclasses.replace(piece, seed=key + 1) for key, piece in enumerate(pieces)}
    expected = composed(EngineCore(checkpoint, 3, **({"longest": 2.0} | settings)), those)
    core = cuda_core(checkpoint, **settings)
    made = composed(core, those)
    for key, pcm in expected.items():
        assert pcm.std() > 0.01, "silence proves nothing"
        assert np.array_equal(made[key], pcm), key
    assert np.array_equal(composed(core, {9: those[0]})[9], expected[0]), "alone, in a slot used before"


@pytest.fixture(scope="module")
def stereo(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    model = seeded_model(hidden=96, layers=2, heads=2, channels=2)
    return load_checkpoint(str(kept(model, tmp_path_factory.mktemp("stereo"))))


@pytest.fixture(scope="module")
def melodic(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    model = seeded_melody_model(hidden=64, layers=2, heads=2)
    return load_checkpoint(str(kept(model, tmp_path_factory.mktemp("melody"))))


def kept(model: Any, folder: Path) -> Path:
    model.save_pretrained(folder)
    seeded_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture
def recorded(tmp_path: Path) -> Recording:
    noise = np.random.default_rng(1).normal(0, 0.3, (1, 30 * 640)).clip(-1, 1).astype(np.float32)
    return recording_of(written(tmp_path / "past.wav", noise, 32_000))


def test_pieces_side_by_side_are_those_of_the_host(checkpoint: Checkpoint) -> None:
    assert_same(
        checkpoint,
        PIECE,
        Piece("drums", 0.4, 9, top_k=10, temperature=0.5, guidance=4.5),
        Piece("a long prompt about strings, brass and a choir", 1.0, 5, top_k=2048, temperature=1.7),
        Piece("waits for a slot", 0.5, 2, interval=None, top_k=1),
    )


def test_left_and_right_are_those_of_the_host(stereo: Checkpoint) -> None:
    assert_same(stereo, PIECE, dataclasses.replace(PIECE, seed=8))


def test_melodies_are_those_of_the_host(melodic: Checkpoint, tmp_path: Path) -> None:
    tune = recording_of(written(tmp_path / "tune.wav", hum(1.0, 32_000, (440.0,)), 32_000))
    turned = dataclasses.replace(PIECE, melody=tune, prompt_changes=(PromptChange("a harp", 9, 4),))
    assert_same(melodic, dataclasses.replace(PIECE, melody=tune), PIECE, turned)


def test_pieces_longer_than_a_window_are_those_of_the_host(checkpoint: Checkpoint) -> None:
    long = dataclasses.replace(PIECE, seconds=1.9)
    assert_same(checkpoint, long, dataclasses.replace(PIECE, seed=8), window=Window(frames=50, stride=30))


def test_what_goes_on_from_a_recording_is_that_of_the_host(
    checkpoint: Checkpoint, recorded: Recording
) -> None:
    on = dataclasses.replace(PIECE, continues=recorded)
    assert_same(checkpoint, on, PIECE)
    assert_same(checkpoint, on, dataclasses.replace(on, seconds=1.5), window=Window(frames=50, stride=20))


@pytest.mark.parametrize("blend", [0, 20])
def test_turns_are_those_of_the_host(checkpoint: Checkpoint, blend: int) -> None:
    turned = dataclasses.replace(
        PIECE, prompt_changes=(PromptChange("techno", 10, blend), PromptChange("a harp", 25, blend))
    )
    assert_same(checkpoint, turned, PIECE)


def test_a_piece_is_steered_where_composing_is(checkpoint: Checkpoint) -> None:
    core = cuda_core(checkpoint)
    core.admit(1, PIECE)
    parts: list[Pcm] = []
    turn = None
    while not core.idle:
        parts += [made.result.pcm for made in core.step() if isinstance(made.result, Chunk)]
        turn = turn or core.steer(1, "techno", 0.2)
    assert turn is not None
    again = dataclasses.replace(PIECE, prompt_changes=(turn,))
    assert np.array_equal(np.concatenate(parts, axis=1), composed(core, {1: again})[1])


@pytest.mark.parametrize("recommended", [1.0, 3.0])
def test_with_and_without_guidance_pieces_are_those_of_the_host(
    checkpoint: Checkpoint, recommended: float
) -> None:
    """Also side by side, and where a checkpoint that recommends none gets its first piece that wants some."""
    recommends = dataclasses.replace(checkpoint, guidance=recommended)
    free, guided = (dataclasses.replace(PIECE, guidance=guidance) for guidance in (1.0, 3.0))
    assert_same(recommends, PIECE, free, guided)


def test_no_row_without_the_prompt_is_computed_until_a_piece_wants_guidance(checkpoint: Checkpoint) -> None:
    core = cuda_core(dataclasses.replace(checkpoint, guidance=1.0))
    runner = core.runner
    assert isinstance(runner, CudaRunner)
    composed(core, {1: PIECE})
    assert list(runner.guided_batches) == [False]
    composed(core, {1: dataclasses.replace(PIECE, guidance=2.0)})
    assert list(runner.guided_batches) == [False, True]


def test_who_joins_late_and_in_another_slot_has_the_same_sound(checkpoint: Checkpoint) -> None:
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


def test_how_many_steps_are_made_at_once_changes_nothing(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds = []
    for max_seconds in (0.0, 0.05, 1e9):
        monkeypatch.setattr("audio.musicgen.cuda.runner.MAX_LAUNCH_SECONDS", max_seconds)
        sounds.append(composed(cuda_core(checkpoint), {1: PIECE, 2: Piece("beside", 0.5, 1)})[1])
    assert np.array_equal(sounds[0], sounds[1])
    assert np.array_equal(sounds[0], sounds[2])


def test_a_run_goes_to_the_next_chunk_and_its_sound_comes_while_the_next_is_made(
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


def test_the_host_is_never_away_for_long(checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audio.musicgen.cuda.runner.MAX_LAUNCH_SECONDS", 0.0)
    core = cuda_core(checkpoint)
    core.admit(1, PIECE)
    calls = 0
    while not core.step():
        calls += 1
    assert calls == 25 + 3, "as many runs as steps, and the sound comes with the run after"
    core.cancel(1)


def test_a_cancelled_piece_gives_its_slot_away_at_once_and_nothing_more_comes_of_it(
    checkpoint: Checkpoint,
) -> None:
    core = cuda_core(checkpoint, slots=1)
    expected = composed(core, {2: PIECE})[2]
    core.admit(1, Piece("forgotten", 2.0, 1))
    for _ in range(3):
        core.step()
    core.cancel(1)
    assert core.idle
    assert not core.nothing_due, "a run is on its way still"
    assert np.array_equal(composed(core, {2: PIECE})[2], expected)
    assert core.nothing_due


def test_numbers_that_are_not_finite_end_the_piece_and_spare_its_neighbour_and_its_heir(
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
    assert "not finite" in str(results[0])
    parts = [event.result.pcm for event in made if event.key == 2 and isinstance(event.result, Chunk)]
    assert np.array_equal(np.concatenate(parts, axis=1), expected)
    assert np.array_equal(composed(core, {2: PIECE})[2], expected), "in the slot of the one that failed"


def test_slots_that_do_not_fit_end_the_start_in_a_sentence(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any, **more: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("audio.musicgen.cuda.runner.GraphBatch", full)
    with pytest.raises(EngineError, match=r"does not suffice for 3 slots; set engine\.slots lower"):
        cuda_core(checkpoint)


def test_who_wants_guidance_where_memory_does_not_suffice_for_it_is_refused(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = cuda_core(dataclasses.replace(checkpoint, guidance=1.0))
    expected = composed(core, {1: PIECE})[1]

    def full(*arguments: Any, **more: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("audio.musicgen.cuda.runner.GraphBatch", full)
    assert "too little memory" in str(composed(core, {1: dataclasses.replace(PIECE, guidance=2.0)})[1])
    assert np.array_equal(composed(core, {1: PIECE})[1], expected)


def test_it_is_calibrated_and_left_idle(checkpoint: Checkpoint) -> None:
    core = cuda_core(checkpoint, slots=2)
    expected = composed(core, {1: PIECE})[1]
    found = calibrate(core)
    assert found.speed > 0
    assert 1 <= found.listeners <= 2
    assert core.idle
    assert np.array_equal(composed(core, {1: PIECE})[1], expected)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_coarser_numbers_make_sound_of_their_own_that_neighbours_do_not_change(
    folder: Path, dtype: str
) -> None:
    core = cuda_core(load_checkpoint(str(folder)), dtype=dtype)
    alone = composed(core, {1: PIECE})[1]
    assert alone.std() > 0.01
    made = composed(core, {2: Piece("beside it", 0.5, 9), 1: PIECE}, joins={1: 2})
    assert np.array_equal(made[1], alone)
