"""Tests that need a GPU: a captured graph, streams and pinned memory do not change the sound."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from audio.errors import EngineError
from audio.musicgen.checkpoint.load import Checkpoint, load_checkpoint
from audio.musicgen.codec.codec import CodecStream
from audio.musicgen.engine_core import EngineCore
from audio.piece import Piece, PromptChange
from tests.audio.musicgen.cuda.test_runner import composed

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs a CUDA device: captures the step and replays it"
)

PIECE = Piece("lo-fi hip hop with rain", seconds=1.5, seed=3, interval=0.5)
OTHERS = {
    2: Piece("drums", 0.4, 9),
    3: Piece("strings", 2.0, 5, top_k=10),
    4: Piece("joins where another has left", 0.8, 2, guidance=1.0),
    5: Piece("changes its prompt", 1.2, 7, prompt_changes=(PromptChange("techno", 20, 10),)),
}


@pytest.fixture(scope="module", params=["float32", "float16", "bfloat16"])
def core(seeded_folder: Path, request: pytest.FixtureRequest) -> EngineCore:
    checkpoint = load_checkpoint(str(seeded_folder), device="cuda")
    return EngineCore(checkpoint, slots=4, longest=2.0, dtype=request.param)


def test_the_captured_step_equals_the_eager_one(core: EngineCore, monkeypatch: pytest.MonkeyPatch) -> None:
    captured = composed(core, {1: PIECE} | OTHERS)
    batch = core.runner._batches[True]  # type: ignore[attr-defined]
    graph = batch._graph

    class Eager:
        def replay(self) -> None:
            batch._step()

    monkeypatch.setattr(batch, "_graph", Eager())
    eager = composed(core, {1: PIECE} | OTHERS)
    monkeypatch.setattr(batch, "_graph", graph)
    for key, pcm in captured.items():
        assert pcm.std() > 0.01
        assert np.array_equal(eager[key], pcm), key


def test_a_piece_sounds_the_same_alone_among_others_late_and_in_another_slot(core: EngineCore) -> None:
    alone = composed(core, {1: PIECE})[1]
    together = composed(core, OTHERS | {1: PIECE}, joins={1: 3, 5: 5})
    assert np.array_equal(together[1], alone)
    first = composed(core, {1: PIECE} | OTHERS)
    for key in OTHERS:
        assert np.array_equal(first[key], together[key]), key


def test_a_new_engine_core_makes_the_same_sound(core: EngineCore, seeded_folder: Path) -> None:
    dtype = str(core.runner._weights.dtype).removeprefix("torch.")  # type: ignore[attr-defined]
    again = EngineCore(load_checkpoint(str(seeded_folder), device="cuda"), 4, 2.0, dtype)
    assert np.array_equal(composed(again, {1: PIECE})[1], composed(core, {1: PIECE})[1])


def test_greedy_tokens_in_float32_equal_those_of_a_cpu(seeded_folder: Path) -> None:
    greedy = dataclasses.replace(PIECE, top_k=1)
    sounds = [
        composed(EngineCore(load_checkpoint(str(seeded_folder), device=device), 1, 2.0), {1: greedy})[1]
        for device in ("cpu", "cuda")
    ]
    np.testing.assert_allclose(sounds[1], sounds[0], atol=5e-3, rtol=0)


def test_codec_streams_decoded_together_equal_each_alone(seeded_folder: Path) -> None:
    codec = load_checkpoint(str(seeded_folder), device="cuda").codec
    codes = [np.random.default_rng(seed).integers(0, 2048, (4, 73)) for seed in range(20)]
    streams = [CodecStream(codec) for _ in codes]
    together = codec.decode([(stream, part, True) for stream, part in zip(streams, codes, strict=True)])
    for part, pcm in zip(codes, together, strict=True):
        assert np.array_equal(codec.decode([(CodecStream(codec), part, True)])[0], pcm)


def test_the_first_chunk_of_half_a_second_takes_less_than_100_ms(core: EngineCore) -> None:
    composed(core, {1: PIECE})
    start = time.perf_counter()
    core.admit(1, PIECE)
    while not core.step():
        pass
    taken = time.perf_counter() - start
    core.cancel(1)
    assert taken < 0.1


def test_too_many_slots_for_the_memory_raise_a_readable_error_and_free_it(seeded_folder: Path) -> None:
    checkpoint: Checkpoint = load_checkpoint(str(seeded_folder), device="cuda")
    before = torch.cuda.memory_allocated()
    slots = 2 * torch.cuda.mem_get_info()[1] // (2 * 2 * 4 * 192 * 15_000 * 4)
    with pytest.raises(EngineError, match=r"does not suffice for \d+ slots"):
        EngineCore(checkpoint, slots, 300.0)
    torch.cuda.empty_cache()
    assert torch.cuda.memory_allocated() < before + 2**28
