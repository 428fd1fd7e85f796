"""Performing: many pieces written side by side, for listening to the model.

The bot composes through its own engine, piece by piece; this is the same arithmetic for a batch in lockstep,
which measures dozens of pieces in the time of a few.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional
from transformers import MusicgenForConditionalGeneration, PreTrainedTokenizerBase

from training.model.batches import MAX_DELAY, PAD, WINDOW_FRAMES, apply_delay
from training.songs.clock import Codes
from training.songs.codes import BOOKS

TOP_K: Final = 250
GUIDANCE: Final = 1.0
"""What the model recommends: its outline follows the prompt as it is, and going beyond makes it stumble."""
OVERLAP_FRAMES: Final = 600
"""Frames of a window that the next one begins with, 12 s."""


class BatchSampler:
    """The text encoder and decoder of a model in transformers' form, and its tokenizer."""

    def __init__(self, model: MusicgenForConditionalGeneration, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model
        self.tokenizer = tokenizer

    @torch.inference_mode()
    def sample(
        self,
        prompts: Sequence[str],
        frames: int,
        seed: int,
        guidance: float = GUIDANCE,
        prefix: Codes | None = None,
        temperature: float = 1.0,
        prompt_change: tuple[int, Sequence[str]] | None = None,
    ) -> Codes:
        """Codes of a piece for each prompt, shaped (pieces, books, frames).

        `prefix`, shaped (pieces, books, frames so far), is gone on from. More than 30 s are written window by
        window, each of which begins with the last 12 s of the one before. From the frame in `prompt_change`
        on the prompts in it are heard instead; what was written till then stays as it was read.
        """
        generator = torch.Generator().manual_seed(seed)
        written = (
            torch.full((len(prompts), len(BOOKS), 0), PAD) if prefix is None else torch.as_tensor(prefix)
        )
        while written.shape[2] < frames:
            overlap = written[..., -OVERLAP_FRAMES:] if written.shape[2] >= WINDOW_FRAMES else written
            length = min(WINDOW_FRAMES, frames - written.shape[2] + overlap.shape[2])
            first = written.shape[2] - overlap.shape[2]
            prompts_from = [(0, prompts)]
            if prompt_change is not None:
                prompts_from.append((prompt_change[0] - first, prompt_change[1]))
            window = self._window(prompts_from, overlap, length, guidance, temperature, generator)
            written = torch.cat([written, window[..., overlap.shape[2] :]], dim=2)
        codes: Codes = written.numpy()
        return codes

    def _window(
        self,
        prompts_from: list[tuple[int, Sequence[str]]],
        prefix: Tensor,
        frames: int,
        guidance: float,
        temperature: float,
        generator: torch.Generator,
    ) -> Tensor:
        """Codes of one window, which begins with `prefix`; the prompts of `prompt_mask` each from their frame
        on.
        """
        pieces, books, steps = len(prefix), len(BOOKS), frames + MAX_DELAY
        tokens = apply_delay(prefix, steps)
        decoder = self.model.decoder.model.decoder
        rows = pieces * (2 if guidance > 1 else 1)
        heads, width = decoder.layers[0].self_attn.num_heads, decoder.config.hidden_size
        caches = [torch.zeros(2, rows, heads, steps, width // heads) for _ in decoder.layers]
        positions = decoder.embed_positions.get_embedding(steps, width)
        previous = torch.full((pieces, books), PAD)
        for step in range(steps):
            while prompts_from and prompts_from[0][0] <= step:
                encoded, mask = self._encode_prompts(prompts_from.pop(0)[1], rows)
                cross_cache = [
                    _split_heads(torch.stack([part.k_proj(encoded), part.v_proj(encoded)]), heads)
                    for part in (layer.encoder_attn for layer in decoder.layers)
                ]
            hidden = positions[step] + sum(
                table(previous[:, book]) for book, table in enumerate(decoder.embed_tokens)
            )
            hidden = hidden.repeat(rows // pieces, 1)[:, None]
            for layer, cache, cross_keys_values in zip(decoder.layers, caches, cross_cache, strict=True):
                hidden = _decoder_layer(layer, hidden, cache, cross_keys_values, mask, step, heads)
            hidden = decoder.layer_norm(hidden[:, 0])
            for book, head in enumerate(self.model.decoder.lm_heads):
                # the codes of what is kept are known, and the others' first and last steps have none
                if book + prefix.shape[2] <= step < book + frames:
                    logits = head(hidden)
                    if guidance > 1:
                        conditional, unconditional = logits.chunk(2)
                        logits = unconditional + guidance * (conditional - unconditional)
                    top_logits, top_codes = (logits / temperature).topk(TOP_K)
                    drawn = torch.multinomial(top_logits.softmax(-1), 1, generator=generator)
                    tokens[:, book, step] = top_codes.gather(1, drawn)[:, 0]
            previous = tokens[..., step]
        return torch.stack([tokens[:, book, book : book + frames] for book in range(books)], dim=1)

    def _encode_prompts(self, prompts: Sequence[str], rows: int) -> tuple[Tensor, Tensor]:
        """What the prompts say, zeros in the rows without, and where the decoder may look, as a bias."""
        inputs = self.tokenizer(list(prompts), padding=True, truncation=True, return_tensors="pt")
        encoded = self.model.text_encoder(**inputs).last_hidden_state * inputs["attention_mask"][..., None]
        encoded = torch.cat([encoded, torch.zeros(rows - len(prompts), *encoded.shape[1:])])
        visible = torch.cat([inputs["attention_mask"], torch.ones(rows - len(prompts), encoded.shape[1])])
        return encoded, (1 - visible.float())[:, None, None] * torch.finfo(torch.float32).min


def _split_heads(states: Tensor, heads: int) -> Tensor:
    """(…, tokens, width) → (…, heads, tokens, head size)."""
    return states.view(*states.shape[:-1], heads, -1).transpose(-3, -2)


def _decoder_layer(
    layer: Any,
    hidden: Tensor,
    cache: Tensor,
    cross_keys_values: Tensor,
    mask: Tensor,
    step: int,
    heads: int,
) -> Tensor:
    """One decoder layer at one step; hidden is shaped (rows, 1, width)."""
    normed = layer.self_attn_layer_norm(hidden)
    attention = layer.self_attn
    cache[0, :, :, step : step + 1] = _split_heads(attention.k_proj(normed), heads)
    cache[1, :, :, step : step + 1] = _split_heads(attention.v_proj(normed), heads)
    keys, values = cache[:, :, :, : step + 1]
    attended = functional.scaled_dot_product_attention(
        _split_heads(attention.q_proj(normed), heads), keys, values
    )
    hidden = hidden + attention.out_proj(attended.transpose(1, 2).flatten(2))
    normed = layer.encoder_attn_layer_norm(hidden)
    attention = layer.encoder_attn
    query = _split_heads(attention.q_proj(normed), heads)
    attended = functional.scaled_dot_product_attention(
        query, cross_keys_values[0], cross_keys_values[1], attn_mask=mask
    )
    hidden = hidden + attention.out_proj(attended.transpose(1, 2).flatten(2))
    output: Tensor = hidden + layer.fc2(layer.activation_fn(layer.fc1(layer.final_layer_norm(hidden))))
    return output
