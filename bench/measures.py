"""The measurements. Candidates are measured interleaved, round after round; the medians count."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import numpy as np
import torch

from audio.engine import TYPICAL_LUFS
from audio.errors import EngineError
from audio.musicgen.checkpoint.load import Checkpoint
from audio.musicgen.codec.codec import CodecStream
from audio.musicgen.cpu.threads import step_weights, use_threads
from audio.musicgen.engine_core import EngineCore
from audio.musicgen.model.layers import GUIDED
from audio.piece import Piece
from audio.playout.chain import Chain
from audio.units import STEP_RATE
from bench import PROMPT

DTYPE_BYTES: Final = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 34 / 32, "int4": 18 / 32}
"""Bytes of one weight; in whole numbers 32 weights share a scale of 2 bytes."""

CACHE_BYTES: Final = {"int8": 1, "int4": 1}
"""Bytes of a number in the key/value cache on the host; else 4. On CUDA it has the type of the weights."""

INTERVAL_SECONDS: Final = 0.5
"""The smallest interval between two chunks."""

_BANDWIDTH_BYTES: Final = {"cpu": 256 * 2**20, "cuda": 4 * 2**30}
"""Larger than any cache; on CUDA so large that the launch overhead does not matter."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The amount of measuring. The defaults take some minutes on two cores."""

    rounds: int = 3
    seconds: float = 5.0
    """Length of the pieces."""
    batch_sizes: tuple[int, ...] = (1, 2, 4, 8, 16)
    """Pieces composed at once."""
    threads: int = 1
    """On a CPU."""
    codec_seconds: float = 30.0
    codec_samples: int = 8
    """Decodings from the start that are measured; the others are interpolated."""


CUDA: Final = Plan(seconds=10.0, batch_sizes=(1, 8, 32, 64, 128, 256))
"""Takes some minutes on a large GPU, most of them in `generate()`."""

SHORT: Final = Plan(rounds=2, seconds=1.0, batch_sizes=(1, 2), codec_seconds=5.0, codec_samples=3)
"""For a model of which `generate()` makes 5 steps a second."""


def interleaved(rounds: int, candidates: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Return each candidate's median over `rounds`, after one warm-up round."""
    figures: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(1 + rounds):
        for name, measure in candidates.items():
            figure = measure()
            if number:
                figures[name].append(figure)
    return {name: median(values) for name, values in figures.items()}


def in_threads(count: int, compiled: bool, measure: Callable[[], float]) -> Callable[[], float]:
    """Return `measure` in `count` threads, of the C code or of torch: those of one disturb the other."""

    def prepared() -> float:
        use_threads(count, compiled)
        return measure()

    return prepared


@dataclass(slots=True)
class CodecSplit:
    """Measures a piece, and the part of its time that is not the codec's."""

    piece: Callable[[], float]
    codec: Any
    """The codec, whose `decode` is timed."""
    without_codec: list[float] = field(default_factory=list)
    """Seconds of each piece."""

    def __call__(self) -> float:
        decode = self.codec.decode
        taken = 0.0

        def timed(*args: Any, **kwargs: Any) -> Any:
            nonlocal taken
            start = time.perf_counter()
            output = decode(*args, **kwargs)
            taken += time.perf_counter() - start
            return output

        self.codec.decode = timed
        try:
            whole = self.piece()
        finally:
            del self.codec.decode  # the instance attribute; the class still has it
        self.without_codec.append(whole - taken)
        return whole


def piece_seconds(core: EngineCore, seconds: float, count: int = 1) -> float:
    """Return the seconds that `count` pieces take at once, from prompt to levelled 48 kHz sound.

    Their starts are spread over one interval, as real requests are. Starting together would make all chunks
    due at once, which flatters the codec of a GPU.
    """
    codec = core.checkpoint.codec
    start = time.perf_counter()
    chains: list[Chain] = []
    while len(chains) < count or not core.idle:
        while len(chains) < count and time.perf_counter() - start >= INTERVAL_SECONDS * len(chains) / count:
            core.admit(len(chains), Piece(PROMPT, seconds, seed=len(chains)))
            chains.append(Chain(codec.sample_rate, codec.channels, seconds, TYPICAL_LUFS))
        for output in core.step():
            if isinstance(output.result, EngineError):
                raise output.result
            chains[output.key].push(output.result.pcm)
    for chain in chains:
        chain.finish()
    return time.perf_counter() - start


def first_chunk_seconds(core: EngineCore, seconds: float) -> float:
    """Return the seconds until the first chunk of a piece, at the smallest interval."""
    start = time.perf_counter()
    core.admit(1, Piece(PROMPT, seconds, 1, INTERVAL_SECONDS))
    while not core.step():
        pass
    taken = time.perf_counter() - start
    core.cancel(1)
    return taken


def generate_seconds(model: Any, checkpoint: Checkpoint, seconds: float) -> float:
    """Return the seconds that `generate()` of transformers takes for a piece, delivered all at once.

    It uses the guidance that the checkpoint recommends, like the engine.
    """
    start = time.perf_counter()
    inputs = checkpoint.tokenizer([PROMPT], return_tensors="pt").to(model.device)
    steps = round(seconds * STEP_RATE) + checkpoint.delay.max_delay
    settings = {"do_sample": True, "top_k": 250, "guidance_scale": checkpoint.guidance}
    sound = model.generate(**inputs, **settings, max_new_tokens=steps)
    sound.cpu()  # waits for the device
    return time.perf_counter() - start


def codec_stream_seconds(checkpoint: Checkpoint, seconds: float) -> float:
    """Return the seconds that our codec takes for codes that come interval by interval."""
    codes = _codes(checkpoint, seconds)
    stream = CodecStream(checkpoint.codec)
    start = time.perf_counter()
    for at in range(0, codes.shape[1], _interval_frames()):
        stream.push(codes[:, at : at + _interval_frames()])
    stream.finish()
    return time.perf_counter() - start


@torch.inference_mode()
def codec_again_seconds(model: Any, checkpoint: Checkpoint, seconds: float, samples: int) -> float:
    """Return the seconds to decode everything so far again at each interval, as a naive streamer does."""
    codes = torch.from_numpy(_codes(checkpoint, seconds)).to(model.device)
    ends = np.arange(_interval_frames(), codes.shape[1] + 1, _interval_frames())
    measured = ends[np.unique(np.linspace(0, len(ends) - 1, samples).round().astype(int))]
    taken = []
    for end in measured:
        start = time.perf_counter()
        for channel in range(checkpoint.channels):
            part = codes[channel :: checkpoint.channels, :end]
            model.audio_encoder.decode(part[None, None], [None]).audio_values.cpu()
        taken.append(time.perf_counter() - start)
    return float(np.interp(ends, measured, taken).sum())


def bandwidth(device: torch.device) -> float:
    """Return the memory bandwidth [bytes/s], measured by a sum over more than any cache holds."""
    size = _BANDWIDTH_BYTES.get(device.type, _BANDWIDTH_BYTES["cpu"])
    numbers = torch.ones(size // 4, device=device)

    def reading() -> float:
        start = time.perf_counter()
        numbers.sum().item()
        return time.perf_counter() - start

    return size / interleaved(3, {"read": reading})["read"]


def step_bytes(checkpoint: Checkpoint, dtype: str, seconds: float) -> tuple[int, int]:
    """Return the bytes that a step reads for one piece: weights, and the cache at mid-piece."""
    config = checkpoint.decoder.config
    weights = step_weights(checkpoint.decoder)
    middle = round(seconds * STEP_RATE) // 2
    rows = 1 if checkpoint.guidance == 1.0 else GUIDED
    cache = 2 * rows * config.num_hidden_layers * middle * config.hidden_size
    each = DTYPE_BYTES[dtype] if checkpoint.device.type == "cuda" else CACHE_BYTES.get(dtype, 4)
    heads = config.num_codebooks * config.vocab_size * config.hidden_size
    of_heads = DTYPE_BYTES["int8" if dtype == "int4" else dtype]  # as `compiled_decoder` packs them
    read = (weights - heads) * DTYPE_BYTES[dtype] + heads * of_heads
    return round(read), round(cache * each)


def memory_bytes(device: torch.device) -> int:
    """Return the peak memory so far [bytes]: of the device, or of this process on a CPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): Linux counts in KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _codes(checkpoint: Checkpoint, seconds: float) -> Any:
    shape = (checkpoint.delay.codebooks, round(seconds * STEP_RATE))
    return np.random.default_rng(1).integers(0, checkpoint.decoder.config.vocab_size, shape)


def _interval_frames() -> int:
    return round(INTERVAL_SECONDS * STEP_RATE)
