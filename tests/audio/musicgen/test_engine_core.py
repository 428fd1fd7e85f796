from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoProcessor, MusicgenForConditionalGeneration

from audio.engine import Chunk
from audio.errors import EngineError
from audio.musicgen.checkpoint.load import Checkpoint
from audio.musicgen.codec.codec import CodecStream
from audio.musicgen.engine_core import EngineCore
from audio.musicgen.model.delay import Codes
from audio.musicgen.schedule.slot import Slot
from audio.musicgen.schedule.window import Window
from audio.piece import Piece
from audio.units import Pcm

PIECE = Piece("lo-fi hip hop with rain", seconds=1.5, seed=3)


def composed(
    core: EngineCore, pieces: dict[int, Piece], joins: dict[int, int] | None = None
) -> dict[int, Any]:
    """Compose all pieces, admitted at the steps `joins`; returns the chunks of each, or its error."""
    results: dict[int, Any] = {key: [] for key in pieces}
    waiting = {key: (joins or {}).get(key, 0) for key in pieces}
    step = 0
    while waiting or not core.idle:
        for key in [key for key, at in waiting.items() if at <= step]:
            core.admit(key, pieces[key])
            del waiting[key]
        for output in core.step():
            if isinstance(output.result, EngineError):
                results[output.key] = output.result
            else:
                results[output.key].append(output.result)
        step += 1
    return results


def sound(chunks: list[Chunk]) -> Pcm:
    return np.concatenate([chunk.pcm for chunk in chunks], axis=1)


@pytest.fixture(scope="module")
def alone(checkpoint: Checkpoint) -> Pcm:
    """The sound of PIECE, composed alone."""
    return sound(composed(EngineCore(checkpoint, longest=2.0), {1: PIECE})[1])


def test_a_piece_has_its_length_and_its_last_chunk_is_marked(checkpoint: Checkpoint) -> None:
    chunks = composed(EngineCore(checkpoint, longest=2.0), {1: PIECE})[1]
    assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    pcm = sound(chunks)
    assert pcm.dtype == np.float32
    assert pcm.shape == (1, 1.5 * 32_000)
    assert 0.05 < pcm.std() < 0.2
    assert np.abs(pcm).max() < 1


def test_the_first_chunk_takes_half_a_second_of_steps(checkpoint: Checkpoint) -> None:
    core = EngineCore(checkpoint, longest=2.0)
    core.admit(1, PIECE)
    steps = next(step for step in range(1, 100) if core.step())
    assert steps == 25 + 3, "25 frames, and the delay of their last codebook"


def test_a_piece_has_the_same_sound_at_any_interval(checkpoint: Checkpoint, alone: Pcm) -> None:
    core = EngineCore(checkpoint, longest=2.0)
    for interval in (None, 0.02, 0.5, 0.74, 2.5):
        piece = dataclasses.replace(PIECE, interval=interval)
        assert np.array_equal(sound(composed(core, {1: piece})[1]), alone)


def test_seed_prompt_and_settings_change_the_sound(checkpoint: Checkpoint, alone: Pcm) -> None:
    core = EngineCore(checkpoint, longest=2.0)
    for change in ({"seed": 4}, {"prompt": "techno"}, {"top_k": 5}, {"temperature": 0.5}, {"guidance": 1.0}):
        other = sound(composed(core, {1: dataclasses.replace(PIECE, **change)})[1])
        assert not np.allclose(other, alone, atol=0.01), change


def test_guidance_defaults_to_the_checkpoints_recommendation(checkpoint: Checkpoint, alone: Pcm) -> None:
    explicit = dataclasses.replace(PIECE, guidance=checkpoint.guidance)
    assert np.array_equal(sound(composed(EngineCore(checkpoint, longest=2.0), {1: explicit})[1]), alone)
    unguided = dataclasses.replace(checkpoint, guidance=1.0)
    other = sound(composed(EngineCore(unguided, longest=2.0), {1: PIECE})[1])
    assert not np.allclose(other, alone, atol=0.01)


def test_other_slots_that_join_and_leave_change_no_sample(checkpoint: Checkpoint) -> None:
    core = EngineCore(checkpoint, slots=3, longest=2.0)
    expected = sound(composed(core, {1: PIECE})[1])
    others = {
        2: Piece("drums", 0.4, 9),
        3: Piece("a long prompt about strings and brass", 1.0, 5, interval=0.5),
        1: PIECE,
        4: Piece("joins where the first has left", 0.8, 2),
    }
    made = composed(core, others, joins={1: 7, 4: 20})
    assert np.array_equal(sound(made[1]), expected)
    for key, piece in others.items():
        assert sound(made[key]).shape[1] == piece.seconds * 32_000
        assert np.array_equal(sound(composed(core, {1: piece})[1]), sound(made[key]))


def test_pieces_are_admitted_in_their_order(checkpoint: Checkpoint) -> None:
    core = EngineCore(checkpoint, longest=2.0)
    for key in (5, 3, 4):
        core.admit(key, Piece("short", 0.1, key))
    order = []
    while not core.idle:
        order += [
            output.key for output in core.step() if isinstance(output.result, Chunk) and output.result.last
        ]
    assert order == [5, 3, 4]


def test_the_most_urgent_streams_are_admitted_and_stepped_first(checkpoint: Checkpoint) -> None:
    now = 0.0
    core = EngineCore(checkpoint, slots=2, longest=10.0, clock=lambda: now)
    begun: list[int] = []
    core.on_begin = begun.append
    core.admit(1, Piece("plays in a minute", 9.0, 1))
    core.admit(2, Piece("plays later", 9.0, 2))
    core.admit(3, Piece("plays now", 9.0, 3))
    for key, position in ((1, -60.0), (2, -20.0), (3, 0.0)):
        core.report_playhead(key, position)
    delivered: list[tuple[int, float]] = []
    while sum(seconds for key, seconds in delivered if key == 3) < 3.0:
        delivered += [(output.key, output.result.pcm.shape[1] / 32_000) for output in core.step()]  # type: ignore[union-attr]
    assert begun == [3, 2]
    assert {key for key, _ in delivered} == {3}, "the other has 20 s more buffered"
    now = 50.0
    while not core.idle:
        delivered += [(output.key, output.result.pcm.shape[1] / 32_000) for output in core.step()]  # type: ignore[union-attr]
    assert begun == [3, 2, 1]


def test_a_second_piece_gets_its_first_chunk_as_early_as_if_it_were_alone(checkpoint: Checkpoint) -> None:
    core = EngineCore(checkpoint, slots=2, longest=10.0)
    core.admit(1, Piece("already playing", 9.0, 1))
    while sum(output.result.pcm.shape[1] for output in core.step()) == 0:  # type: ignore[union-attr]
        pass
    for _ in range(200):
        core.step()
    core.admit(2, PIECE)
    steps = next(step for step in range(1, 100) if any(output.key == 2 for output in core.step()))
    assert steps == 25 + 3


def test_no_more_pieces_are_admitted_than_the_capacity_allows(checkpoint: Checkpoint) -> None:
    core = EngineCore(checkpoint, slots=8, longest=10.0)
    core.capacity = 2.5
    begun: list[int] = []
    core.on_begin = begun.append
    for key in range(4):
        core.admit(key, Piece("all at once", 2.0, key))
    core.step()
    assert begun == [0, 1]
    core.cancel(0)
    core.step()
    assert begun == [0, 1, 2]


def test_each_piece_has_its_share_of_the_speed(checkpoint: Checkpoint) -> None:
    core = EngineCore(checkpoint, slots=4, longest=2.0, clock=lambda: 0.0, window=Window(50, 30))
    assert core.current_speed(1) is None
    for key in range(3):
        core.admit(key, PIECE)
        core.report_playhead(key, 0.0)
    core.step()
    assert core.current_speed(0) is None, "the speed was not measured"
    core.speed, core.capacity = 4.0, 6.0
    cost = Window(50, 30).cost(PIECE.steps)
    assert core.current_speed(0) == pytest.approx(6.0 / (3 * cost))
    core.report_playhead(2, -40.0)  # it begins later and needs no steps now
    assert core.current_speed(0) == pytest.approx(min(4.0 / cost, 6.0 / (2 * cost)))
    core.cancel(1)
    core.cancel(2)
    assert core.current_speed(0) == pytest.approx(4.0 / cost), "windows decode their overlap again"
    core.cancel(0)


def test_nothing_is_due_while_all_streams_are_far_ahead(checkpoint: Checkpoint) -> None:
    now = 0.0
    core = EngineCore(checkpoint, longest=2.0, clock=lambda: now)
    assert core.nothing_due
    core.admit(1, PIECE)
    core.report_playhead(1, -40.0)  # it begins in 40 s
    assert not core.nothing_due, "it waits for a slot, and one is free"
    assert core.step() == []
    assert core.nothing_due
    assert not core.idle
    now = 15.0
    assert not core.nothing_due
    made = []
    while not core.idle:
        made += core.step()
    assert (
        sound([output.result for output in made if isinstance(output.result, Chunk)]).shape[1] == 1.5 * 32_000
    )


def test_a_cancelled_piece_frees_its_slot_before_the_next_step(checkpoint: Checkpoint, alone: Pcm) -> None:
    core = EngineCore(checkpoint, longest=2.0)
    core.admit(1, Piece("forgotten", 2.0, 1))
    core.admit(2, Piece("never begun", 2.0, 2))
    core.step()
    core.cancel(1)
    core.cancel(2)
    core.cancel(7)  # unknown
    assert core.idle
    core.admit(3, PIECE)
    steps = 0
    made: list[Any] = []
    while not core.idle:
        made += core.step()
        steps += 1
    assert steps == PIECE.steps + 3
    assert {output.key for output in made} == {3}
    assert np.array_equal(np.concatenate([output.result.pcm for output in made], axis=1), alone)


def test_a_piece_that_is_too_long_is_refused_and_the_next_one_is_composed(
    checkpoint: Checkpoint, alone: Pcm
) -> None:
    made = composed(EngineCore(checkpoint, longest=2.0), {1: Piece("too long", 2.5, 1), 2: PIECE})
    assert "doesn't fit this engine" in str(made[1])
    assert np.array_equal(sound(made[2]), alone)


def test_a_prompt_over_the_limit_is_cut_with_a_warning(
    checkpoint: Checkpoint, caplog: pytest.LogCaptureFixture
) -> None:
    core = EngineCore(checkpoint, longest=1.0)
    with caplog.at_level(logging.WARNING):
        cut = sound(composed(core, {1: Piece("é" * 300, 0.5, 1)})[1])
    assert "its last 345 tokens are ignored" in caplog.text, "600 bytes and an end, of which 256 fit"
    assert np.array_equal(sound(composed(core, {1: Piece("é" * 299, 0.5, 1)})[1]), cut)


def test_logits_that_are_not_finite_end_that_piece_only(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = EngineCore(checkpoint, slots=2, longest=2.0)
    expected = sound(composed(core, {2: PIECE})[2])
    core.admit(1, Piece("doomed", 1.0, 1))
    core.admit(2, PIECE)
    decoder: Any = core.runner.decoder  # type: ignore[attr-defined]
    calls = 0

    def damaged(*arguments: Any) -> torch.Tensor:
        nonlocal calls
        calls += 1
        logits: torch.Tensor = decoder(*arguments)
        if calls == 10:
            logits[0] = float("nan")
        return logits

    damaged.free, damaged.admit, damaged.device = decoder.free, decoder.admit, decoder.device  # type: ignore[attr-defined]
    monkeypatch.setattr(core.runner, "decoder", damaged)
    made: dict[int, list[Any]] = {1: [], 2: []}
    while not core.idle:
        for output in core.step():
            made[output.key].append(output.result)
    assert [type(result) for result in made[1]] == [EngineError]
    assert np.array_equal(sound(made[2]), expected)


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("can't allocate memory: 9 bytes")]
)
def test_a_piece_without_memory_waits_for_another_to_end_and_alone_is_refused(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, error: RuntimeError
) -> None:
    core = EngineCore(checkpoint, slots=2, longest=2.0)
    expected = sound(composed(core, {1: PIECE})[1])
    admit = core.runner.admit

    def admit_one(place: int, slot: Slot) -> None:
        if place == 1:
            raise error
        admit(place, slot)

    monkeypatch.setattr(core.runner, "admit", admit_one)
    made = composed(core, {1: PIECE, 2: dataclasses.replace(PIECE, seed=9, seconds=0.2)})
    assert np.array_equal(sound(made[1]), expected)
    assert sound(made[2]).shape == (1, 0.2 * 32_000)

    monkeypatch.setattr(core.runner, "admit", lambda place, slot: admit_one(1, slot))
    assert "isn't enough memory" in str(composed(core, {1: PIECE})[1])


@pytest.mark.parametrize("piece", [Piece("", 0.2, 1), Piece("one chunk", 0.02, 1), Piece("one", 0.5, 1)])
def test_an_empty_prompt_and_the_shortest_pieces_are_composed(checkpoint: Checkpoint, piece: Piece) -> None:
    chunks = composed(EngineCore(checkpoint, longest=2.0), {1: piece})[1]
    assert sound(chunks).shape == (1, piece.seconds * 32_000)
    assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


def test_guidance_of_other_slots_changes_no_sample(checkpoint: Checkpoint) -> None:
    core = EngineCore(checkpoint, slots=3, longest=1.0)
    pieces = {
        key: Piece("side by side", 0.5, key, guidance=guidance)
        for key, guidance in {1: 1.0, 2: 3.0, 3: 1.0, 4: 2.0, 5: 1.0}.items()
    }
    together = composed(core, pieces, joins={2: 3, 3: 9})
    for key, piece in pieces.items():
        alone = composed(EngineCore(checkpoint, longest=1.0), {key: piece})
        assert np.array_equal(sound(together[key]), sound(alone[key])), key


@pytest.mark.parametrize("guidance", [3.0, 1.0])
def test_greedy_tokens_and_sound_equal_generate(
    checkpoint: Checkpoint, seeded_folder: Path, monkeypatch: pytest.MonkeyPatch, guidance: float
) -> None:
    """The library decodes the codes at once, Busker in a stream."""
    frames = 40
    pushed: list[Codes] = []
    take_blocks = CodecStream.take_blocks

    def spied_take_blocks(stream: CodecStream, codes: Codes, last: bool) -> list[tuple[Codes, bool]]:
        pushed.append(codes)
        return take_blocks(stream, codes, last)

    monkeypatch.setattr(CodecStream, "take_blocks", spied_take_blocks)
    greedy = dataclasses.replace(PIECE, seconds=frames / 50, top_k=1, guidance=guidance)
    pcm = sound(composed(EngineCore(checkpoint, longest=2.0), {1: greedy})[1])

    model: Any = MusicgenForConditionalGeneration.from_pretrained(seeded_folder)
    decoded: list[torch.Tensor] = []
    decode = model.audio_encoder.decode

    def spied_decode(codes: torch.Tensor, **rest: Any) -> Any:
        decoded.append(codes)
        return decode(codes, **rest)

    monkeypatch.setattr(model.audio_encoder, "decode", spied_decode)
    processor: Any = AutoProcessor
    inputs = processor.from_pretrained(seeded_folder)(text=[greedy.prompt], return_tensors="pt")
    made = model.generate(**inputs, do_sample=False, guidance_scale=guidance, max_new_tokens=frames + 3)
    codes = decoded[0][0, 0].numpy()
    assert len(np.unique(codes)) > 20, "codes that repeat prove nothing"
    assert np.array_equal(np.concatenate(pushed, axis=1), codes)
    np.testing.assert_allclose(pcm, made[0].numpy(), atol=1e-5, rtol=0)
