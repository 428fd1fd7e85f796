"""Batch sampling: many pieces in lockstep, for evaluation and fine-tuning.

The bot's engine schedules pieces one by one; this computes the same for a batch, and is many times faster for
dozens of pieces.
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
"""Number of most likely codes that are sampled from."""
GUIDANCE: Final = 1.0
"""Recommended guidance scale: the outline follows the prompt without guidance, which would add errors."""
OVERLAP_FRAMES: Final = 600
"""Overlap of consecutive windows [frames], 12 s."""


class BatchSampler:
    """Samples codes from a MusicGen model of transformers."""

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
        """Sample a piece for each prompt, shaped (pieces, books, frames).

        `prefix`, shaped (pieces, books, frames so far), is continued. More than 30 s are sampled in windows
        that overlap by 12 s. `prompt_change` gives a frame and the prompts from that frame on; the cache of
        earlier frames is kept.
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
        """Sample one window that starts with `prefix`; `prompts_from` gives frames and the prompts from there
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
                # sample within the book's frames, after the prefix
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
        """Return the encoded prompts, zeros in rows without prompt, and the additive cross-attention mask."""
        inputs = self.tokenizer(list(prompts), padding=True, truncation=True, return_tensors="pt")
        encoded = self.model.text_encoder(**inputs).last_hidden_state * inputs["attention_mask"][..., None]
        encoded = torch.cat([encoded, torch.zeros(rows - len(prompts), *encoded.shape[1:])])
        visible = torch.cat([inputs["attention_mask"], torch.ones(rows - len(prompts), encoded.shape[1])])
        return encoded, (1 - visible.float())[:, None, None] * torch.finfo(torch.float32).min


def _split_heads(states: Tensor, heads: int) -> Tensor:
    """Reshape (…, tokens, width) to (…, heads, tokens, head size)."""
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
    """Apply a decoder layer at one step; `hidden` is shaped (rows, 1, width)."""
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
