"""One run: all measurements on one checkpoint, and the table they make."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from statistics import median
from typing import Any

import torch
import transformers

from audio.musicgen.checkpoint.load import Checkpoint
from audio.musicgen.cuda.runner import NoRoom
from audio.musicgen.engine_core import EngineCore
from audio.units import STEP_RATE
from bench.machine import processor, ticks
from bench.measures import (
    INTERVAL_SECONDS,
    Parted,
    Plan,
    bandwidth,
    codec_again_seconds,
    codec_stream_seconds,
    first_chunk_seconds,
    generate_seconds,
    interleaved,
    memory_bytes,
    piece_seconds,
    step_bytes,
)
from bench.subject import Subject

GENERATE = "generate()"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured. Rates count steps of 20 ms a second; 50 are real time."""

    machine: str
    checkpoint: str
    versions: str
    stolen_share: float
    """Of all processors' time, what the host gave to others while something wanted to run here."""
    seconds: float
    """Length of the pieces."""
    steps_a_second: dict[str, float]
    """One piece alone with its sound, by type of the matrices; and what `generate()` makes."""
    decoder_steps_a_second: dict[str, float]
    """The same without the codec's time. Not on CUDA, where the codec works beside the decoder."""
    first_chunk_s: dict[str, float]
    houses: dict[str, dict[int, float]]
    """By type and number of pieces at once: seconds of sound made in a second, all together."""
    codec_s: dict[str, float]
    """Seconds of codec work for a piece of `codec_seconds`."""
    codec_seconds: float
    bandwidth: float
    """Bytes a second."""
    bound: dict[str, float]
    """Steps a second if nothing took time but reading weights and cache."""
    memory_bytes: int
    """The most taken: on a CPU by all types and the library's own model together, on CUDA by that alone."""
    house_bytes: dict[str, dict[int, int]]
    """By type and number of slots: the most memory taken on CUDA while composing; nothing elsewhere."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        peer = self.steps_a_second[GENERATE]
        lines = [
            f"{self.checkpoint} on {self.machine}; {self.versions}",
            f"Pieces of {self.seconds:g} s, from words to levelled 48 kHz sound; alone medians, all in turn.",
            f"Other guests of the host took {self.stolen_share:.1%} of the processors' time meanwhile.",
            "",
            f"{'one piece alone':17}{'steps/s':>9}{'× real time':>13}{'× generate()':>14}{'of bound':>10}"
            f"{'first chunk':>13}{'no codec: steps/s':>19}{'× generate()':>14}",
        ]
        for name, steps in self.steps_a_second.items():
            part = f"{steps / self.bound[name]:.0%}" if name in self.bound else ""
            line = (
                f"{name:17}{steps:9.1f}{steps / STEP_RATE:13.2f}{steps / peer:14.2f}{part:>10}"
                f"{self.first_chunk_s[name]:11.3f} s"
            )
            if decoder := self.decoder_steps_a_second:
                line += f"{decoder[name]:19.1f}{decoder[name] / decoder[GENERATE]:14.2f}"
            lines.append(line)
        counts = sorted({count for rates in self.houses.values() for count in rates})
        lines += [
            "",
            f"{'seconds of sound a second, pieces at once':42}" + "".join(f"{n:8d}" for n in counts),
        ]
        lines += [
            f"{name:42}" + "".join(f"{rates[n]:8.2f}" if n in rates else f"{'–':>8}" for n in counts)
            for name, rates in self.houses.items()
        ]
        if self.house_bytes:
            lines += ["", "the most memory taken with so many slots, GiB"]
        lines += [
            f"{name:42}" + "".join(f"{taken[n] / 2**30:8.1f}" if n in taken else f"{'–':>8}" for n in counts)
            for name, taken in self.house_bytes.items()
        ]
        stream, again = self.codec_s.values()
        lines += [
            "",
            f"codec, {self.codec_seconds:g} s in intervals of {INTERVAL_SECONDS:g} s: {stream:.2f} s; "
            f"decoding again each time: {again:.2f} s, {again / stream:.1f} times as long",
            f"memory bandwidth {self.bandwidth / 1e9:.1f} GB/s; most memory taken "
            f"{self.memory_bytes / 2**20:,.0f} MiB, by "
            + ("the library's own model" if self.house_bytes else "all of the above together"),
        ]
        return "\n".join(lines)


@dataclass(slots=True)
class _Engines:
    """What was measured of the engine, by type of the matrices."""

    seconds: dict[str, float]
    """Of one piece alone; and of `generate()`."""
    first_chunk_s: dict[str, float]
    houses: dict[str, dict[int, float]]
    house_bytes: dict[str, dict[int, int]] = field(default_factory=dict)
    seconds_without_codec: dict[str, float] = field(default_factory=dict)


def measured(subject: Subject, dtypes: list[str], plan: Plan, tell: Callable[[str], None]) -> Figures:
    """Measure the engine with each of `dtypes`, and its peer."""
    began = ticks()

    @cache
    def library() -> tuple[Checkpoint, Any]:
        """Loaded when it is needed, so that on a GPU it takes no memory from the engine."""
        tell("Loading the library's own model …")
        return subject.checkpoint(), subject.peer()

    def generate() -> float:
        first, peer = library()
        return generate_seconds(peer, first, plan.seconds)

    def generating() -> Parted:
        return Parted(generate, library()[1].audio_encoder, "decode")

    engines = _one_by_one if torch.device(subject.device).type == "cuda" else _in_turn
    found = engines(subject, dtypes, plan, generating, tell)
    first, peer = library()
    taken = memory_bytes(first.device)
    tell("The codec …")
    codec = interleaved(
        1,
        {
            "stream": partial(codec_stream_seconds, first, plan.codec_seconds),
            "again": partial(codec_again_seconds, peer, first, plan.codec_seconds, plan.codec_samples),
        },
    )
    rate = bandwidth(first.device)
    steps = plan.seconds * STEP_RATE
    return Figures(
        machine=torch.cuda.get_device_name() if first.device.type == "cuda" else processor(),
        checkpoint=first.name,
        versions=f"torch {torch.__version__}, transformers {transformers.__version__}, "
        f"{torch.get_num_threads()} threads",
        stolen_share=ticks().stolen_share_since(began),
        seconds=plan.seconds,
        steps_a_second={name: steps / seconds for name, seconds in found.seconds.items()},
        decoder_steps_a_second={
            name: steps / seconds for name, seconds in found.seconds_without_codec.items()
        },
        first_chunk_s=found.first_chunk_s | {GENERATE: found.seconds[GENERATE]},
        houses=found.houses,
        codec_s=codec,
        codec_seconds=plan.codec_seconds,
        bandwidth=rate,
        bound={dtype: rate / sum(step_bytes(first, dtype, plan.seconds)) for dtype in found.first_chunk_s},
        memory_bytes=taken,
        house_bytes=found.house_bytes,
    )


def _in_turn(
    subject: Subject,
    dtypes: list[str],
    plan: Plan,
    generating: Callable[[], Parted],
    tell: Callable[[str], None],
) -> _Engines:
    """All types beside each other, round after round."""
    slots = max(plan.houses)
    composers = {dtype: EngineCore(subject.checkpoint(), slots, plan.seconds, dtype) for dtype in dtypes}
    tell("One piece alone …")
    alone = {
        dtype: Parted(partial(piece_seconds, composer, plan.seconds), composer.checkpoint.codec, "play")
        for dtype, composer in composers.items()
    } | {GENERATE: generating()}
    taken = interleaved(plan.rounds, alone)
    tell("The first chunk …")
    chunks = interleaved(
        plan.rounds,
        {name: partial(first_chunk_seconds, composer, plan.seconds) for name, composer in composers.items()},
    )
    houses: dict[str, dict[int, float]] = {dtype: {} for dtype in composers}
    for count in plan.houses:
        tell(f"{count} at once …")
        house: dict[str, Callable[[], float]] = {
            dtype: partial(piece_seconds, composer, plan.seconds, count)
            for dtype, composer in composers.items()
        }
        for dtype, seconds in interleaved(1, house).items():
            houses[dtype][count] = count * plan.seconds / seconds
    # the first warms up
    without = {name: median(measure.without_codec[1:]) for name, measure in alone.items()}
    return _Engines(taken, chunks, houses, seconds_without_codec=without)


def _one_by_one(
    subject: Subject,
    dtypes: list[str],
    plan: Plan,
    generating: Callable[[], Parted],
    tell: Callable[[str], None],
) -> _Engines:
    """Each type with each number of slots by itself, since a device steps all slots that there are and has no
    memory for several engines. Larger houses than the first that does not fit are left out."""
    found = _Engines({}, {}, {dtype: {} for dtype in dtypes}, {dtype: {} for dtype in dtypes})
    for dtype in dtypes:
        for count in plan.houses:
            tell(f"{dtype}, {count} at once …")
            _forget()
            try:
                _house(found, subject, dtype, count, plan)
            except (NoRoom, torch.OutOfMemoryError) as error:
                tell(f"It does not fit: {error}")
                break
    _forget()
    tell("The library's own loop …")
    found.seconds |= interleaved(plan.rounds, {GENERATE: generating()})
    return found


def _house(found: _Engines, subject: Subject, dtype: str, count: int, plan: Plan) -> None:
    """Measure one type with so many slots; the first also with one piece in them."""
    composer = EngineCore(subject.checkpoint(), count, plan.seconds, dtype)
    _forget()  # what loading took, in float32
    if dtype not in found.seconds:
        alone = partial(piece_seconds, composer, plan.seconds)
        found.seconds |= interleaved(plan.rounds, {dtype: alone})
        chunk = partial(first_chunk_seconds, composer, plan.seconds)
        found.first_chunk_s |= interleaved(plan.rounds, {dtype: chunk})
    house = partial(piece_seconds, composer, plan.seconds, count)
    seconds = interleaved(1, {dtype: house})[dtype]
    found.houses[dtype][count] = count * plan.seconds / seconds
    found.house_bytes[dtype][count] = memory_bytes(composer.checkpoint.device)


def _forget() -> None:
    """Give back the memory of what is gone, and begin to measure anew."""
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
