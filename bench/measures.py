"""The measurements. Whatever is compared is measured in turn, round after round, and the medians are kept."""

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
from audio.musicgen.engine_core import EngineCore
from audio.musicgen.model.layers import GUIDED
from audio.piece import Piece
from audio.playout.chain import Chain
from audio.units import STEP_RATE
from bench import PROMPT

DTYPE_BYTES: Final = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
CACHE_BYTES: Final = 4
"""On the host the key/value cache is float32 whatever the matrices are; on CUDA it is like them."""

INTERVAL_SECONDS: Final = 0.5
_BANDWIDTH_BYTES: Final = {"cpu": 256 * 2**20, "cuda": 4 * 2**30}
"""More than any cache holds, and on CUDA so much that asking for it takes no time beside it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure. The defaults take some minutes on two cores."""

    rounds: int = 3
    seconds: float = 5.0
    """Length of the pieces."""
    houses: tuple[int, ...] = (1, 2, 4, 8, 16)
    """How many pieces are made at once."""
    codec_seconds: float = 30.0
    codec_samples: int = 8
    """How many of the decodings from the start are measured; those between are interpolated."""


CUDA: Final = Plan(seconds=10.0, houses=(1, 8, 32, 64, 128, 256))
"""Takes some minutes on a large GPU, most of them with `generate()`."""

SHORT: Final = Plan(rounds=2, seconds=1.0, houses=(1, 2), codec_seconds=5.0, codec_samples=3)
"""For a model that `generate()` makes 5 steps a second of."""


def interleaved(rounds: int, contestants: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The median figure of each, all of them measured once a round; a round before the first warms up."""
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(1 + rounds):
        for name, measure in contestants.items():
            figure = measure()
            if turn:
                figures[name].append(figure)
    return {name: median(found) for name, found in figures.items()}


@dataclass(slots=True)
class Parted:
    """Measures a piece, and what is left of its time without the codec."""

    piece: Callable[[], float]
    codec: Any
    decode: str
    """The method of `codec` that decodes."""
    without_codec: list[float] = field(default_factory=list)
    """Seconds of each piece."""

    def __call__(self) -> float:
        decode = getattr(self.codec, self.decode)
        taken = 0.0

        def timed(*given: Any, **named: Any) -> Any:
            nonlocal taken
            start = time.perf_counter()
            made = decode(*given, **named)
            taken += time.perf_counter() - start
            return made

        setattr(self.codec, self.decode, timed)
        try:
            whole = self.piece()
        finally:
            delattr(self.codec, self.decode)  # of the object; its class still has it
        self.without_codec.append(whole - taken)
        return whole


def piece_seconds(composer: EngineCore, seconds: float, count: int = 1) -> float:
    """How long `count` pieces take at once, from their words to 48 kHz sound of the right level.

    They begin one after the other within a chunk's time, since people do not ask in the same moment: else all
    chunks would be due at once, which the codec of a GPU likes best.
    """
    codec = composer.checkpoint.codec
    start = time.perf_counter()
    chains: list[Chain] = []
    while len(chains) < count or not composer.idle:
        while len(chains) < count and time.perf_counter() - start >= INTERVAL_SECONDS * len(chains) / count:
            composer.admit(len(chains), Piece(PROMPT, seconds, seed=len(chains)))
            chains.append(Chain(codec.sample_rate, codec.channels, seconds, TYPICAL_LUFS))
        for made in composer.step():
            if isinstance(made.result, EngineError):
                raise made.result
            chains[made.key].push(made.result.pcm)
    for chain in chains:
        chain.finish()
    return time.perf_counter() - start


def first_chunk_seconds(composer: EngineCore, seconds: float) -> float:
    """How long the first chunk of a piece takes, at the smallest interval."""
    start = time.perf_counter()
    composer.admit(1, Piece(PROMPT, seconds, 1, INTERVAL_SECONDS))
    while not composer.step():
        pass
    taken = time.perf_counter() - start
    composer.cancel(1)
    return taken


def generate_seconds(model: Any, checkpoint: Checkpoint, seconds: float) -> float:
    """How long `generate()` of transformers takes for a piece, which it gives all at once.

    With the guidance that the checkpoint recommends, as the engine.
    """
    start = time.perf_counter()
    inputs = checkpoint.tokenizer([PROMPT], return_tensors="pt").to(model.device)
    steps = round(seconds * STEP_RATE) + checkpoint.delay.longest
    settings = {"do_sample": True, "top_k": 250, "guidance_scale": checkpoint.guidance}
    sound = model.generate(**inputs, **settings, max_new_tokens=steps)
    sound.cpu()  # waits for the device
    return time.perf_counter() - start


def codec_stream_seconds(checkpoint: Checkpoint, seconds: float) -> float:
    """How long our codec takes for a piece whose codes come interval by interval."""
    codes = _codes(checkpoint, seconds)
    stream = CodecStream(checkpoint.codec)
    start = time.perf_counter()
    for at in range(0, codes.shape[1], _interval_frames()):
        stream.push(codes[:, at : at + _interval_frames()])
    stream.finish()
    return time.perf_counter() - start


@torch.inference_mode()
def codec_again_seconds(model: Any, checkpoint: Checkpoint, seconds: float, samples: int) -> float:
    """How long it takes to decode everything so far again at each interval, as the usual streamer does."""
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
    """Bytes a second that can be read here, measured by adding up what no cache holds."""
    size = _BANDWIDTH_BYTES.get(device.type, _BANDWIDTH_BYTES["cpu"])
    numbers = torch.ones(size // 4, device=device)

    def reading() -> float:
        start = time.perf_counter()
        numbers.sum().item()
        return time.perf_counter() - start

    return size / interleaved(3, {"read": reading})["read"]


def step_bytes(checkpoint: Checkpoint, dtype: str, seconds: float) -> tuple[int, int]:
    """Bytes that a step must read for one piece: of weights, and of cache in the middle of the piece."""
    config = checkpoint.decoder.config
    hidden, layers = config.hidden_size, config.num_hidden_layers
    # four matrices of self-attention, two of cross-attention (the prompt's are read once), two feed-forward
    layer = 6 * hidden**2 + 2 * hidden * config.ffn_dim
    weights = layers * layer + config.num_codebooks * config.vocab_size * hidden
    middle = round(seconds * STEP_RATE) // 2
    rows = 1 if checkpoint.guidance == 1.0 else GUIDED
    cache = 2 * rows * layers * middle * hidden
    each = DTYPE_BYTES[dtype] if checkpoint.device.type == "cuda" else CACHE_BYTES
    return weights * DTYPE_BYTES[dtype], cache * each


def memory_bytes(device: torch.device) -> int:
    """The most memory taken so far: of the device, or of this process on a CPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): Linux counts in KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _codes(checkpoint: Checkpoint, seconds: float) -> Any:
    shape = (checkpoint.delay.codebooks, round(seconds * STEP_RATE))
    return np.random.default_rng(1).integers(0, checkpoint.decoder.config.vocab_size, shape)


def _interval_frames() -> int:
    return round(INTERVAL_SECONDS * STEP_RATE)
