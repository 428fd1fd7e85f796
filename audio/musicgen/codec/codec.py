"""The codec: codes become sound in a stream, equal to EnCodec's own decoding of the whole piece.

Each layer keeps the inputs that later outputs depend on (`streaming_conv.py`), so nothing is computed twice
and only sound that depends on frames to come is held back: less than 4 frames for MusicGen's codec.

Codes are always decoded in the same blocks, counted from the start of the piece, however they arrive:
floating-point sums depend on the shape of the operands, so only equal shapes give equal bits.
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

from audio.musicgen.codec.streaming_conv import LayerStates, layer_of, run_layers, split_states, stack_states
from audio.musicgen.model.delay import Codes
from audio.units import Pcm

BLOCK_FRAMES: Final = 10
"""Frames of a block, 0.2 s. Longer blocks deliver later; with 5 frames étude's codec takes 1.8 times as much
time in all, with 25 it takes 0.7 times as much (one core)."""

BATCH_SIZES: Final = {"cuda": 16}
"""Streams decoded as one batch, by type of device, and 1 on others, where one stream fills the device. The
size is fixed: another one would be another order of summation."""


class Codec:
    """The decoder of an EnCodec model, shared by all streams; its `channels` are decoded as a batch.

    On CUDA it has a CUDA stream of its own, so that it overlaps with the language model.

    It copies the model's weights except the LSTM's. Encoding is the model's own and not streamed; it makes
    `codebooks` codebooks for all channels together if the model can, else as many as at its lowest bandwidth.
    """

    @torch.no_grad()
    def __init__(self, model: EncodecModel, channels: int = 1, codebooks: int | None = None) -> None:
        self.channels = channels
        self.sample_rate = int(model.config.sampling_rate)
        self.hop = int(model.config.hop_length)
        """Samples per frame."""
        self._model = model
        quantizer: Any = model.quantizer
        bandwidths = model.config.target_bandwidths
        books = {rate: quantizer.get_num_quantizers_for_bandwidth(rate) * channels for rate in bandwidths}
        self._bandwidth = next((rate for rate in bandwidths if books[rate] == codebooks), bandwidths[0])
        quantizers: Any = quantizer.layers
        tables = [quantizer.codebook.embed for quantizer in quantizers]
        self._table = torch.cat(tables)
        # the row of `_table` at which each codebook begins
        self._offsets = torch.arange(len(tables), device=self._table.device) * len(tables[0])
        layers: Any = model.decoder.layers
        self._layers = [layer_of(layer) for layer in layers]
        device = self._table.device
        self.batch_size = BATCH_SIZES.get(device.type, 1)
        """Streams decoded as one batch."""
        self._cuda_stream: torch.cuda.Stream | None = None
        if device.type == "cuda":
            self._cuda_stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
            # the copies of the weights may still be in flight
            self._cuda_stream.wait_stream(torch.cuda.current_stream(device))

    def stream(self) -> CodecStream:
        """Return a stream at the start of a piece."""
        return CodecStream(self)

    @torch.inference_mode()
    def encode(self, pcm: Pcm) -> Codes:
        """Return the codes (codebooks, frames) of sound shaped (channels, samples)."""
        sound = torch.from_numpy(pcm).to(self._table.device)
        encode: Any = self._model.encode
        sides = [encode(side[None, None], bandwidth=self._bandwidth).audio_codes[0, 0] for side in sound]
        codes: Codes = torch.stack(sides, dim=1).flatten(0, 1).cpu().numpy()
        return codes

    @torch.inference_mode()
    def decode(self, chunks: Sequence[tuple[CodecStream, Codes, bool]]) -> list[Pcm]:
        """Decode the next codes of several streams; returns the new samples (channels, samples) of each.

        A chunk is a stream, its next codes shaped (codebooks, frames), and True if no codes follow. Samples
        that depend on codes to come are held back, so there may be none.
        """
        blocks = [stream.take_blocks(codes, last) for stream, codes, last in chunks]
        parts: list[list[Pcm]] = [[] for _ in chunks]
        with nullcontext() if self._cuda_stream is None else torch.cuda.stream(self._cuda_stream):
            while any(blocks):
                # streams whose next blocks have equal shapes can be decoded as one batch
                groups: dict[Any, list[int]] = {}
                for index, pending in enumerate(blocks):
                    if pending:
                        block, last = pending[0]
                        key = block.shape[1], last, chunks[index][0].states.shapes
                        groups.setdefault(key, []).append(index)
                for (_, last, _), indices in groups.items():
                    for begin in range(0, len(indices), self.batch_size):
                        batch = indices[begin : begin + self.batch_size]
                        codes = [blocks[index].pop(0)[0] for index in batch]
                        streams = [chunks[index][0] for index in batch]
                        for index, pcm in zip(batch, self._decode_batch(streams, codes, last), strict=True):
                            parts[index].append(pcm)
        return [stream.trim_prefix(part) for (stream, _, _), part in zip(chunks, parts, strict=True)]

    def _decode_batch(self, streams: list[CodecStream], codes: list[Codes], last: bool) -> list[Pcm]:
        """Return the samples (channels, samples) of the next block of each stream; their shapes are equal.

        The batch is padded to `batch_size` with copies of the first stream.
        """
        padding = self.batch_size - len(streams)
        frames = self._embed(np.stack([*codes, *codes[:1] * padding]))
        states = streams[0].states
        if self.batch_size > 1:
            states = stack_states([*(stream.states for stream in streams), *[states] * padding])
        pcm: Pcm = run_layers(self._layers, frames, states, last)[:, :, 0].cpu().numpy()
        if self.batch_size > 1:
            for stream, own in zip(streams, split_states(states, self.batch_size), strict=False):
                stream.states = own
        sounds: list[Pcm] = np.split(pcm, self.batch_size)[: len(streams)]
        return sounds

    def _embed(self, codes: Codes) -> Tensor:
        """Embed codes (streams, codebooks, frames): (streams · channels, frames, dimensions)."""
        # the channels' codebooks alternate → (streams · channels · frames, codebooks of a channel)
        streams, codebooks, count = codes.shape
        books = codebooks // self.channels
        indices = torch.from_numpy(codes).view(streams, books, self.channels, count).permute(0, 2, 3, 1)
        indices = indices.to(self._table.device) + self._offsets[:books]
        embedded = functional.embedding_bag(indices.flatten(0, 2), self._table, mode="sum")
        return embedded.view(streams * self.channels, count, self._table.shape[1])


@dataclass(slots=True)
class CodecStream:
    """The decoding state of one piece; owned by its slot."""

    codec: Codec
    states: LayerStates = field(default_factory=LayerStates)
    pending: list[Codes] = field(default_factory=list)
    """Codes that do not fill a block yet, each shaped (codebooks, frames)."""
    prefix_samples: int = 0
    """Samples of the skipped prefix that are still to be dropped."""

    def skip_prefix(self, codes: Codes) -> None:
        """Decode `codes` before any others without returning their sound, so that the piece continues it."""
        self.prefix_samples = codes.shape[1] * self.codec.hop
        self.push(codes)

    def push(self, codes: Codes) -> Pcm:
        """Decode the next codes, shaped (codebooks, frames); returns the new samples (channels, samples)."""
        return self.codec.decode([(self, codes, False)])[0]

    def finish(self) -> Pcm:
        """Return the rest of the samples; no codes follow."""
        return self.codec.decode([(self, np.zeros((0, 0), np.int64), True)])[0]

    def take_blocks(self, codes: Codes, last: bool) -> list[tuple[Codes, bool]]:
        """Return the blocks that `codes` complete; True marks the last one, which may be shorter."""
        parts = [part for part in (*self.pending, codes) if part.shape[1]]
        if not parts:
            return [(self.pending[0], True)] if last and self.states.tensors else []
        codes = np.concatenate(parts, axis=1)
        whole = codes.shape[1] // BLOCK_FRAMES * BLOCK_FRAMES
        self.pending = [codes[:, whole:]]
        blocks = [(codes[:, begin : begin + BLOCK_FRAMES], False) for begin in range(0, whole, BLOCK_FRAMES)]
        return [*blocks, (self.pending[0], True)] if last else blocks

    def trim_prefix(self, blocks: Sequence[Pcm]) -> Pcm:
        """Join the samples of some blocks and drop what belongs to the skipped prefix."""
        pcm = np.concatenate([np.zeros((self.codec.channels, 0), np.float32), *blocks], axis=1)
        trimmed = pcm[:, self.prefix_samples :]
        self.prefix_samples -= pcm.shape[1] - trimmed.shape[1]
        return trimmed
