from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pytest
import torch
from transformers import EncodecConfig, EncodecModel

from audio.musicgen.checkpoint.seeded import seeded_model
from audio.musicgen.codec.codec import BLOCK_FRAMES, Codec
from audio.musicgen.model.delay import Codes
from audio.units import Pcm

EXACT = 1e-5
MIXED = (1, 7, 2, 50, 5, 25)


def noise(frames: int, codebooks: int = 4, size: int = 2048) -> Codes:
    return np.random.default_rng(frames).integers(0, size, (codebooks, frames))


def whole(model: EncodecModel, codes: Codes) -> Pcm:
    """Decode everything at once with the library, shaped (1, samples)."""
    decode: Any = model.decode
    with torch.inference_mode():
        pcm: Pcm = decode(torch.from_numpy(codes)[None, None], [None]).audio_values[0].numpy()
    return pcm


def streamed(codec: Codec, codes: Codes, sizes: Iterable[int]) -> Pcm:
    stream, parts, begun = codec.stream(), [], 0
    for size in sizes:
        parts.append(stream.push(codes[:, begun : begun + size]))
        begun += size
        if begun >= codes.shape[1]:
            break
    return np.concatenate([*parts, stream.finish()], axis=1)


@pytest.fixture(scope="module")
def model() -> Any:
    return seeded_model(hidden=64, layers=1, heads=1).audio_encoder


@pytest.fixture(scope="module")
def expected(model: EncodecModel) -> dict[int, Pcm]:
    """Whole decodes by number of frames."""
    return {frames: whole(model, noise(frames)) for frames in (1, 3, 4, 10, 13, 14, 15, 24, 157)}


@pytest.mark.parametrize("sizes", [(1,), (2,), (5,), (7,), (25,), (50,), (1000,), MIXED])
def test_the_stream_equals_the_whole_at_any_chunk_size(
    model: EncodecModel, expected: dict[int, Pcm], sizes: Sequence[int]
) -> None:
    pcm = streamed(Codec(model), noise(157), cycle(sizes))
    assert pcm.shape == (1, 157 * 640)
    assert expected[157].std() > 0.05, "silence would prove nothing"
    np.testing.assert_allclose(pcm, expected[157], atol=EXACT, rtol=0)


@pytest.mark.parametrize("frames", [1, 3, 4, 10, 13, 14, 15, 24])
def test_both_edges_of_a_short_piece_equal_the_whole(
    model: EncodecModel, expected: dict[int, Pcm], frames: int
) -> None:
    pcm = streamed(Codec(model), noise(frames), cycle([3]))
    np.testing.assert_allclose(pcm, expected[frames], atol=EXACT, rtol=0)


def test_chunk_sizes_change_no_bit(model: EncodecModel, expected: dict[int, Pcm]) -> None:
    codec, codes = Codec(model), noise(157)
    once = streamed(codec, codes, [157])
    for sizes in [(1,), (25,), MIXED]:
        assert np.array_equal(streamed(codec, codes, cycle(sizes)), once)


def test_only_samples_that_depend_on_later_frames_are_held_back(model: EncodecModel) -> None:
    codec = Codec(model)
    stream = codec.stream()
    assert stream.push(noise(BLOCK_FRAMES - 1)).shape[1] == 0
    held_back = BLOCK_FRAMES * codec.hop - stream.push(noise(1)).shape[1]
    assert held_back / codec.hop == pytest.approx(3.753, abs=1e-3), "as measured for the codec of MusicGen"
    assert stream.push(noise(BLOCK_FRAMES)).shape[1] == BLOCK_FRAMES * codec.hop


def test_the_state_of_a_stream_does_not_grow(model: EncodecModel) -> None:
    stream = Codec(model).stream()

    def state_bytes() -> int:
        return sum(tensor.untyped_storage().nbytes() for tensor in stream.states.tensors.values())

    stream.push(noise(50))
    after_one_second = state_bytes()
    for _ in range(20):
        stream.push(noise(27))
    assert state_bytes() == after_one_second < 100_000
    assert sum(codes.shape[1] for codes in stream.pending) < BLOCK_FRAMES


def test_a_piece_without_frames_has_no_sound(model: EncodecModel) -> None:
    assert Codec(model).stream().finish().shape == (1, 0)


def test_left_and_right_are_decoded_independently() -> None:
    model: Any = seeded_model(hidden=64, layers=1, heads=1, channels=2).audio_encoder
    codes = noise(61, codebooks=8)
    sides = np.concatenate([whole(model, codes[0::2]), whole(model, codes[1::2])])
    codec = Codec(model, channels=2)
    for sizes in [(1,), (25,), MIXED]:
        np.testing.assert_allclose(streamed(codec, codes, cycle(sizes)), sides, atol=EXACT, rtol=0)


def test_streams_decoded_as_a_batch_equal_each_alone(model: EncodecModel, expected: dict[int, Pcm]) -> None:
    """As on CUDA: five streams in batches of three, of which some begin, some continue and some end."""
    codec = Codec(model)
    codec.batch_size = 3

    def played(frames: Sequence[int]) -> list[Pcm]:
        streams = [codec.stream() for _ in frames]
        parts: list[list[Pcm]] = [[] for _ in frames]
        for begin in range(0, max(frames), 31):
            due = [index for index, count in enumerate(frames) if begin < count]
            chunks = [
                (streams[i], noise(frames[i])[:, begin : begin + 31], begin + 31 >= frames[i]) for i in due
            ]
            for index, pcm in zip(due, codec.decode(chunks), strict=True):
                parts[index].append(pcm)
        return [np.concatenate(part, axis=1) for part in parts]

    frames = [157, 24, 157, 10, 15]
    for count, pcm in zip(frames, played(frames), strict=True):
        np.testing.assert_allclose(pcm, expected[count], atol=EXACT, rtol=0)


@pytest.mark.parametrize(
    "shape",
    [
        {"num_residual_layers": 2, "dilation_growth_rate": 3},
        {"upsampling_ratios": [5, 4, 3], "kernel_size": 5},
        {"use_causal_conv": True},
    ],
    ids=str,
)
def test_codecs_of_other_shapes_stream_like_the_whole(shape: dict[str, Any]) -> None:
    torch.manual_seed(3)
    usual: dict[str, Any] = {
        "num_filters": 4,
        "codebook_size": 64,
        "use_causal_conv": False,
        "upsampling_ratios": [4, 4, 2],
    }
    model = EncodecModel(EncodecConfig(target_bandwidths=[24.0], **(usual | shape)))
    model.train(False)
    model.requires_grad_(False)
    quantizers: Any = model.quantizer.layers
    for quantizer in quantizers:
        quantizer.codebook.embed.normal_()
    codes = noise(53, codebooks=len(quantizers), size=64)
    expected = whole(model, codes)
    np.testing.assert_allclose(streamed(Codec(model), codes, cycle([7])), expected, atol=EXACT, rtol=0)
