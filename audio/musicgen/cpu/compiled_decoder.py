"""One step of the MusicGen decoder in C for several slots, each at a position of its own.

The whole step is one call, in as many threads as asked. A slot's result depends neither on the other slots
nor on the number of threads, nor on the kind of processor: sums of weights are whole numbers, and all others
have one order (`source/vectors.h`).
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, cast

import torch
from torch import Tensor, nn
from transformers import MusicgenMelodyForCausalLM
from transformers.activations import GELUActivation

from audio.musicgen.cpu.packed import Source, packed
from audio.musicgen.kernels.library import CLayer, CMatrix, CModel, CNorm, CRow, Library, team
from audio.musicgen.kernels.weights import GROUP, LANES, aligned, aligned_bytes
from audio.musicgen.model.layers import GUIDED, Decoder, table_of

BITS: Final = {"int8": 8, "int4": 4}
"""Bits of a weight by data type."""

MAX_PROMPT_TOKENS: Final = 1024
"""Text encoders of published checkpoints read at most 512."""

_EXACT_BITS: Final = 8
"""Bits of the weights whose precision is worth its cost whatever the others have: of the heads, which are
most of what étude loses in 4 bits (decision 0005 has the table) and add 2.1 % to the bytes of a step of
musicgen-small, and of those that make keys and values of a prompt, once."""

_MIN_ROWS: Final = 32
"""Rows of a workspace at least: tokens of a prompt are computed as so many rows at once."""


def unsupported(decoder: Decoder) -> str | None:
    """Return what of a decoder's shape the C code cannot compute; None if it computes it."""
    config = decoder.config
    size = config.hidden_size // config.num_attention_heads
    if not isinstance(decoder.model.decoder.layers[0].activation_fn, GELUActivation):
        return f"the activation {config.activation_function}"
    if config.hidden_size % GROUP or config.ffn_dim % GROUP:
        return f"{config.hidden_size} and {config.ffn_dim} hidden values, not a multiple of {GROUP}"
    if size % LANES or size > 256:
        return f"heads of {size} values"
    return None


def _sources(decoder: Decoder, bits: int) -> Iterator[tuple[str, Source]]:
    """Yield the matrices of a decoder whose steps read `bits` a weight, by the layer's number and a name."""
    for number, layer in enumerate(decoder.model.decoder.layers):
        attention = layer.self_attn
        yield f"{number}.qkv", Source(bits, (attention.q_proj, attention.k_proj, attention.v_proj))
        yield f"{number}.out", Source(bits, (attention.out_proj,))
        yield f"{number}.fc1", Source(bits, (layer.fc1,))
        yield f"{number}.fc2", Source(bits, (layer.fc2,))
        if not isinstance(decoder, MusicgenMelodyForCausalLM):
            cross = layer.encoder_attn
            yield f"{number}.cross_q", Source(bits, (cross.q_proj,))
            yield f"{number}.cross_out", Source(bits, (cross.out_proj,))
            yield f"{number}.cross_k", Source(_EXACT_BITS, (cross.k_proj,))
            yield f"{number}.cross_v", Source(_EXACT_BITS, (cross.v_proj,))
    yield "lm_heads", Source(_EXACT_BITS, tuple(cast(Iterable[nn.Linear], decoder.lm_heads)))


class CompiledDecoder:
    """The decoder with a static KV cache in 8 bits for `slots` slots of at most `length` steps.

    `bits` are those of a weight. A melody decoder has no cross-attention: its prompt and melody precede the
    steps in the same cache, as a prefix of at most `prefix` tokens. The weights of `decoder` are freed (moved
    to the device "meta"); `file` keeps them packed for the next start. A slot's cache is allocated for the
    first piece that needs it and reused.
    """

    def __init__(
        self,
        library: Library,
        decoder: Decoder,
        slots: int,
        length: int,
        bits: int,
        threads: int,
        prefix: int = 0,
        file: Path | None = None,
    ) -> None:
        inner, config = decoder.model.decoder, decoder.config
        self._library = library
        self.slots = slots
        self.length = length
        self.device = torch.device("cpu")
        self.codebooks = int(config.num_codebooks)
        self.hidden = int(config.hidden_size)
        self._heads = int(config.num_attention_heads)
        self._size = self.hidden // self._heads
        self._vocabulary = int(config.vocab_size)
        self._room = length + prefix
        self._prompt_matrices: list[tuple[CMatrix, CMatrix]] = []
        self._memory = _Memory()
        self._packed = packed(dict(_sources(decoder, bits)), file)
        matrices, norm = self._packed.matrices, self._memory.norm
        self._layers = (CLayer * len(inner.layers))()
        melody = isinstance(decoder, MusicgenMelodyForCausalLM)
        for number, (layer, own) in enumerate(zip(inner.layers, self._layers, strict=True)):
            own.norm, own.final_norm = norm(layer.self_attn_layer_norm), norm(layer.final_layer_norm)
            own.qkv, own.out = matrices[f"{number}.qkv"], matrices[f"{number}.out"]
            own.fc1, own.fc2 = matrices[f"{number}.fc1"], matrices[f"{number}.fc2"]
            if not melody:
                own.cross_norm = norm(layer.encoder_attn_layer_norm)
                own.cross_q, own.cross_out = matrices[f"{number}.cross_q"], matrices[f"{number}.cross_out"]
                self._prompt_matrices.append((matrices[f"{number}.cross_k"], matrices[f"{number}.cross_v"]))
        self._model = CModel(
            layers=len(self._layers),
            hidden=self.hidden,
            heads=self._heads,
            codebooks=self.codebooks,
            codes=inner.embed_tokens[0].num_embeddings,
            cross=not melody,
            epsilon=inner.layer_norm.eps,
            norm=norm(inner.layer_norm),
            embedded=self._memory.put(table_of(*inner.embed_tokens)),
            positions=self._memory.put(inner.embed_positions.get_embedding(self._room, self.hidden)),
            lm_heads=matrices["lm_heads"],
            layer=self._layers,
        )
        self._max_rows = max(GUIDED * slots, _MIN_ROWS)
        room = max(self._room, MAX_PROMPT_TOKENS)
        self._workspace = library.workspace_new(self._model, team(threads), self._max_rows, room)
        if not self._workspace:
            raise MemoryError("can't allocate memory for the decoder's buffers")
        weakref.finalize(self, library.workspace_free, self._workspace)
        self._region = library.cache_bytes(self._heads, self._size, self._room)
        self._logits = torch.empty(slots, self._model.lm_heads.outputs)
        self._guided = [False] * slots
        self._prefixes = [0] * slots
        # per slot: one cache per row, one region per layer in each
        self._caches: list[list[Tensor]] = [[] for _ in range(slots)]
        # per slot: the regions of all layers, and the number of tokens
        self._prompts: list[tuple[Tensor, int] | None] = [None] * slots

    @torch.inference_mode()
    def admit(self, slot: int, states: Tensor, guided: bool = True) -> None:
        """Condition `slot` from its next step on; see `TorchDecoder.admit`."""
        rows = GUIDED if guided else 1
        caches = self._caches[slot]
        while len(caches) < rows:
            caches.append(aligned_bytes(self._region * len(self._layers)))
        self._guided[slot] = guided
        if states.dim() > 2:
            self._prefill(slot, states[:rows].contiguous())
        else:
            self._prompts[slot] = self._prompt(states.contiguous()), len(states)

    def free(self, slot: int) -> None:
        """End the piece in `slot`; its cache stays allocated."""
        self._prefixes[slot] = 0
        self._prompts[slot] = None

    def __call__(
        self, tokens: Tensor, slots: Sequence[int], positions: Sequence[int], guidance: Sequence[float]
    ) -> Tensor:
        """Return the logits of the next tokens, shaped (slots, codebooks, vocabulary).

        They are valid until the next call. See `TorchDecoder.__call__` for the arguments. Raises ValueError
        if a position lies outside the cache or a token outside its table, where C would read all the same.
        """
        tokens = tokens.contiguous()
        lowest, highest = (int(bound) for bound in tokens.aminmax())
        if lowest < 0 or highest >= self._model.codes:
            raise ValueError(f"Tokens from {lowest} to {highest} are not in a table of {self._model.codes}.")
        conditional: list[CRow] = []
        unconditional: list[CRow] = []
        for index, slot in enumerate(slots):
            position = self._prefixes[slot] + positions[index]
            if not 0 <= position < self._room:
                raise ValueError(f"A cache for {self._room} steps has no position {position}.")
            codes = tokens.data_ptr() + index * self.codebooks * tokens.element_size()
            row = CRow(room=self._room, position=position, codes=codes, unconditional=-1)
            row.cache = self._caches[slot][0].data_ptr()
            prompt = self._prompts[slot]
            if prompt is not None:
                row.prompt, row.tokens = prompt[0].data_ptr(), prompt[1]
            if self._guided[slot]:
                row.unconditional, row.guidance = len(slots) + len(unconditional), guidance[index]
                other = CRow(room=self._room, position=position, codes=codes, unconditional=-1)
                other.cache = self._caches[slot][1].data_ptr()
                unconditional.append(other)
            conditional.append(row)
        self._step([*conditional, *unconditional], len(slots))
        logits = self._logits[: len(slots), : self.codebooks * self._vocabulary]
        return logits.view(len(slots), self.codebooks, self._vocabulary)

    def _step(self, rows: Sequence[CRow], logit_rows: int) -> None:
        array = (CRow * len(rows))(*rows)
        self._library.decoder_step(
            self._model, self._workspace, array, len(rows), logit_rows, self._logits.data_ptr()
        )

    def _prompt(self, states: Tensor) -> Tensor:
        """Return the regions of all layers with the keys and values of an encoded prompt (tokens, hidden)."""
        tokens = len(states)
        if not tokens:
            raise ValueError("There is a prompt without a token.")
        if tokens > MAX_PROMPT_TOKENS:
            raise ValueError(f"A prompt of {tokens} tokens is too long; {MAX_PROMPT_TOKENS} are computed.")
        region = self._library.cache_bytes(self._heads, self._size, tokens)
        regions = aligned_bytes(region * len(self._layers))
        both = torch.empty(2, tokens, self.hidden)
        for number, matrices in enumerate(self._prompt_matrices):
            for matrix, result in zip(matrices, both, strict=True):
                for begin in range(0, tokens, self._max_rows):
                    part = states[begin : begin + self._max_rows]
                    self._library.multiply_rows(
                        self._model,
                        self._workspace,
                        matrix,
                        part.data_ptr(),
                        len(part),
                        result[begin:].data_ptr(),
                    )
            self._library.cache_fill(
                regions.data_ptr() + number * region,
                self._heads,
                self._size,
                tokens,
                tokens,
                both[0].data_ptr(),
                both[1].data_ptr(),
            )
        return regions

    def _prefill(self, slot: int, states: Tensor) -> None:
        """Fill the cache with the prefix `states` (rows, tokens, hidden), from position 0 on."""
        self._prefixes[slot] = count = states.shape[1]
        for cache, tokens in zip(self._caches[slot], states, strict=False):
            for begin in range(0, count, self._max_rows):
                rows = [
                    CRow(
                        cache=cache.data_ptr(),
                        room=self._room,
                        position=position,
                        states=tokens[position].data_ptr(),
                        unconditional=-1,
                    )
                    for position in range(begin, min(begin + self._max_rows, count))
                ]
                self._step(rows, 0)


class _Memory:
    """Owns what the C structures point to."""

    def __init__(self) -> None:
        self._parts: list[Tensor] = []

    def put(self, values: Tensor) -> int:
        """Return the address of an aligned copy of `values`."""
        self._parts.append(aligned(values))
        return self._parts[-1].data_ptr()

    def norm(self, module: nn.LayerNorm) -> CNorm:
        return CNorm(self.put(module.weight), self.put(module.bias))
