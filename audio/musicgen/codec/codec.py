"""From codes to sound: EnCodec decoded in a stream, equal to decoding everything at once.

Every layer remembers what it needs of the past (`convolution.py`), so nothing is computed twice, and sound is
held back only until the frames are known that it leans on: less than 4 for MusicGen's codec.

Codes are always decoded in the same blocks, counted from the start of the piece, however they arrive:
floating-point sums depend on the shape of what is summed, so only equal shapes give equal bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import EncodecModel

from audio.musicgen.codec.streaming_conv import Memory, joined, layer_of, parted, through
from audio.musicgen.model.delay import Codes
from audio.units import Pcm

BLOCK_FRAMES: Final = 10
"""Frames of a block, 0.2 s. Longer blocks make sound later; with blocks of 5 frames étude's codec takes 1.8
times as much time in all, with blocks of 25 it takes 0.7 times as much (one core)."""

TOGETHER: Final = {"cuda": 16}
"""How many streams are decoded as a batch, by kind of device: always so many, because another number would be
another order of sums. Where one stream fills the device it is one."""


class Codec:
    """The decoder of an EnCodec model, shared by all streams; `channels` are decoded as a batch.

    On CUDA it has a stream of the device for itself, so that decoding and what the decoder does overlap.

    Holds weights of its own, but for the LSTM's. What is encoded is encoded by the model itself, all at once.
    """

    @torch.no_grad()
    def __init__(self, model: EncodecModel, channels: int = 1) -> None:
        self.channels = channels
        self.sample_rate = int(model.config.sampling_rate)
        self.hop = int(model.config.hop_length)
        self._model = model
        quantizers: Any = model.quantizer.layers
        tables = [quantizer.codebook.embed for quantizer in quantizers]
        self._table = torch.cat(tables)
        # a codebook's codes begin where those of the one before it end
        self._offsets = torch.arange(len(tables), device=self._table.device) * len(tables[0])
        layers: Any = model.decoder.layers
        self._layers = [layer_of(layer) for layer in layers]
        device = self._table.device
        self.together = TOGETHER.get(device.type, 1)
        """How many streams are decoded as a batch."""
        self._lane: torch.cuda.Stream | None = None
        if device.type == "cuda":
            self._lane = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
            # for the weights, which may still be on their way
            self._lane.wait_stream(torch.cuda.current_stream(device))

    def stream(self) -> CodecStream:
        """A stream at the start of a piece."""
        return CodecStream(self)

    @torch.inference_mode()
    def encode(self, pcm: Pcm) -> Codes:
        """The codes (codebooks, frames) of a sound shaped (channels, samples)."""
        sound = torch.from_numpy(pcm).to(self._table.device)
        encode: Any = self._model.encode
        sides = [encode(side[None, None]).audio_codes[0, 0] for side in sound]
        codes: Codes = torch.stack(sides, dim=1).flatten(0, 1).cpu().numpy()
        return codes

    @torch.inference_mode()
    def play(self, due: Sequence[tuple[CodecStream, Codes, bool]]) -> list[Pcm]:
        """The sound (channels, samples) that the next codes of some streams make known.

        Codes are shaped (codebooks, frames), and each comes with whether they are the last of their stream.
        """
        blocks = [stream.cut(codes, last) for stream, codes, last in due]
        parts: list[list[Pcm]] = [[] for _ in due]
        with nullcontext() if self._lane is None else torch.cuda.stream(self._lane):
            while any(blocks):
                batch_invariant_matmul: dict[Any, list[int]] = {}
                for index, left in enumerate(blocks):
                    if left:
                        block, last = left[0]
                        key = block.shape[1], last, due[index][0].memory.shapes
                        batch_invariant_matmul.setdefault(key, []).append(index)
                for (_, last, _), indices in batch_invariant_matmul.items():
                    for at in range(0, len(indices), self.together):
                        portion = indices[at : at + self.together]
                        next_codes = [blocks[index].pop(0)[0] for index in portion]
                        streams = [due[index][0] for index in portion]
                        for index, pcm in zip(portion, self._decoded(streams, next_codes, last), strict=True):
                            parts[index].append(pcm)
        return [stream.heard(part) for (stream, _, _), part in zip(due, parts, strict=True)]

    def _decoded(self, streams: list[CodecStream], codes: list[Codes], last: bool) -> list[Pcm]:
        """The samples (channels, samples) of the next block of each of some streams that are alike.

        Always as a batch of `together`: what lacks is the first of them once more.
        """
        surplus = self.together - len(streams)
        frames = self._embedded(np.stack([*codes, *codes[:1] * surplus]))
        memory = streams[0].memory
        if self.together > 1:
            memory = joined([*(stream.memory for stream in streams), *[memory] * surplus])
        pcm: Pcm = through(self._layers, frames, memory, last)[:, :, 0].cpu().numpy()
        if self.together > 1:
            for stream, own in zip(streams, parted(memory, self.together), strict=False):
                stream.memory = own
        sounds: list[Pcm] = np.split(pcm, self.together)[: len(streams)]
        return sounds

    def _embedded(self, codes: Codes) -> Tensor:
        """Codes (streams, codebooks, frames) as the codec's first layer hears them: (streams · channels,
        frames, dimensions)."""
        # the channels' codebooks alternate → (streams · channels · frames, codebooks of a channel)
        streams, many, count = codes.shape
        books = many // self.channels
        indices = torch.from_numpy(codes).view(streams, books, self.channels, count).permute(0, 2, 3, 1)
        indices = indices.to(self._table.device) + self._offsets[:books]
        embedded = functional.embedding_bag(indices.flatten(0, 2), self._table, mode="sum")
        return embedded.view(streams * self.channels, count, self._table.shape[1])


@dataclass(slots=True)
class CodecStream:
    """One piece on its way from codes to sound; owned by the slot that composes it."""

    codec: Codec
    memory: Memory = field(default_factory=Memory)
    codes: list[Codes] = field(default_factory=list)
    """Codes that do not fill a block yet, each shaped (codebooks, frames)."""
    unwanted: int = 0
    """Samples of what it follows, which are not given."""

    def follow(self, codes: Codes) -> None:
        """Take the codes of what is known already, before any other: the sound begins after it."""
        self.unwanted = codes.shape[1] * self.codec.hop
        self.push(codes)

    def push(self, codes: Codes) -> Pcm:
        """Take the codes of the next frames, shaped (codebooks, frames); give the sound they make known.

        Samples are shaped (channels, samples), of which there may be none.
        """
        return self.codec.play([(self, codes, False)])[0]

    def finish(self) -> Pcm:
        """The rest of the sound, which ends where the codes end."""
        return self.codec.play([(self, np.zeros((0, 0), np.int64), True)])[0]

    def cut(self, codes: Codes, last: bool) -> list[tuple[Codes, bool]]:
        """The blocks that the next codes fill, each with whether it is the last, which may lack frames."""
        known = [part for part in (*self.codes, codes) if part.shape[1]]
        if not known:
            return [(self.codes[0], True)] if last and self.memory.held else []
        codes = np.concatenate(known, axis=1)
        whole = codes.shape[1] // BLOCK_FRAMES * BLOCK_FRAMES
        self.codes = [codes[:, whole:]]
        blocks = [(codes[:, begin : begin + BLOCK_FRAMES], False) for begin in range(0, whole, BLOCK_FRAMES)]
        return [*blocks, (self.codes[0], True)] if last else blocks

    def heard(self, blocks: Sequence[Pcm]) -> Pcm:
        """The sound of some blocks, without what is not to be given."""
        pcm = np.concatenate([np.zeros((self.codec.channels, 0), np.float32), *blocks], axis=1)
        wanted = pcm[:, self.unwanted :]
        self.unwanted -= pcm.shape[1] - wanted.shape[1]
        return wanted
