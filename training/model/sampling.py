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

from training.model.batches import LATEST, PAD, WINDOW_FRAMES, delayed
from training.songs.clock import Codes
from training.songs.codes import BOOKS

TOP_K: Final = 250
GUIDANCE: Final = 1.0
"""What the model recommends: its outline follows the prompt as it is, and going beyond makes it stumble."""
KEPT_FRAMES: Final = 600
"""Frames of a window that the next one begins with, 12 s."""


class Performer:
    """The text encoder and decoder of a model in transformers' form, and its tokenizer."""

    def __init__(self, model: MusicgenForConditionalGeneration, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model
        self.tokenizer = tokenizer

    @torch.inference_mode()
    def perform(
        self,
        prompts: Sequence[str],
        frames: int,
        seed: int,
        guidance: float = GUIDANCE,
        begun: Codes | None = None,
        temperature: float = 1.0,
        turned: tuple[int, Sequence[str]] | None = None,
    ) -> Codes:
        """Codes of a piece for each prompt, shaped (pieces, books, frames).

        `begun`, shaped (pieces, books, frames so far), is gone on from. More than 30 s are written window by
        window, each of which begins with the last 12 s of the one before. From the frame in `turned` on the
        prompts in it are heard instead; what was written till then stays as it was read.
        """
        chance = torch.Generator().manual_seed(seed)
        written = torch.full((len(prompts), len(BOOKS), 0), PAD) if begun is None else torch.as_tensor(begun)
        while written.shape[2] < frames:
            kept = written[..., -KEPT_FRAMES:] if written.shape[2] >= WINDOW_FRAMES else written
            length = min(WINDOW_FRAMES, frames - written.shape[2] + kept.shape[2])
            first = written.shape[2] - kept.shape[2]
            heard = [(0, prompts)] + ([] if turned is None else [(turned[0] - first, turned[1])])
            window = self._window(heard, kept, length, guidance, temperature, chance)
            written = torch.cat([written, window[..., kept.shape[2] :]], dim=2)
        codes: Codes = written.numpy()
        return codes

    def _window(
        self,
        heard: list[tuple[int, Sequence[str]]],
        kept: Tensor,
        frames: int,
        guidance: float,
        temperature: float,
        chance: torch.Generator,
    ) -> Tensor:
        """Codes of one window, which begins with `kept`; the prompts of `heard` each from their frame on."""
        pieces, books, steps = len(kept), len(BOOKS), frames + LATEST
        tokens = delayed(kept, steps)
        decoder = self.model.decoder.model.decoder
        rows = pieces * (2 if guidance > 1 else 1)
        heads, width = decoder.layers[0].self_attn.num_heads, decoder.config.hidden_size
        caches = [torch.zeros(2, rows, heads, steps, width // heads) for _ in decoder.layers]
        places = decoder.embed_positions.get_embedding(steps, width)
        before = torch.full((pieces, books), PAD)
        for step in range(steps):
            while heard and heard[0][0] <= step:
                told, mask = self._told(heard.pop(0)[1], rows)
                listened = [
                    _split(torch.stack([part.k_proj(told), part.v_proj(told)]), heads)
                    for part in (layer.encoder_attn for layer in decoder.layers)
                ]
            hidden = places[step] + sum(
                table(before[:, book]) for book, table in enumerate(decoder.embed_tokens)
            )
            hidden = hidden.repeat(rows // pieces, 1)[:, None]
            for layer, cache, prompted in zip(decoder.layers, caches, listened, strict=True):
                hidden = _layer(layer, hidden, cache, prompted, mask, step, heads)
            hidden = decoder.layer_norm(hidden[:, 0])
            for book, head in enumerate(self.model.decoder.lm_heads):
                # the codes of what is kept are known, and the others' first and last steps have none
                if book + kept.shape[2] <= step < book + frames:
                    logits = head(hidden)
                    if guidance > 1:
                        prompted_, free = logits.chunk(2)
                        logits = free + guidance * (prompted_ - free)
                    height, likeliest = (logits / temperature).topk(TOP_K)
                    drawn = torch.multinomial(height.softmax(-1), 1, generator=chance)
                    tokens[:, book, step] = likeliest.gather(1, drawn)[:, 0]
            before = tokens[..., step]
        return torch.stack([tokens[:, book, book : book + frames] for book in range(books)], dim=1)

    def _told(self, prompts: Sequence[str], rows: int) -> tuple[Tensor, Tensor]:
        """What the prompts say, zeros in the rows without, and where the decoder may look, as a bias."""
        words = self.tokenizer(list(prompts), padding=True, truncation=True, return_tensors="pt")
        told = self.model.text_encoder(**words).last_hidden_state * words["attention_mask"][..., None]
        told = torch.cat([told, torch.zeros(rows - len(prompts), *told.shape[1:])])
        open_ = torch.cat([words["attention_mask"], torch.ones(rows - len(prompts), told.shape[1])])
        return told, (1 - open_.float())[:, None, None] * torch.finfo(torch.float32).min


def _split(states: Tensor, heads: int) -> Tensor:
    """(…, tokens, width) → (…, heads, tokens, head size)."""
    return states.view(*states.shape[:-1], heads, -1).transpose(-3, -2)


def _layer(
    layer: Any,
    hidden: Tensor,
    cache: Tensor,
    prompted: Tensor,
    mask: Tensor,
    step: int,
    heads: int,
) -> Tensor:
    """One decoder layer at one step; hidden is shaped (rows, 1, width)."""
    normed = layer.self_attn_layer_norm(hidden)
    attention = layer.self_attn
    cache[0, :, :, step : step + 1] = _split(attention.k_proj(normed), heads)
    cache[1, :, :, step : step + 1] = _split(attention.v_proj(normed), heads)
    keys, values = cache[:, :, :, : step + 1]
    seen = functional.scaled_dot_product_attention(_split(attention.q_proj(normed), heads), keys, values)
    hidden = hidden + attention.out_proj(seen.transpose(1, 2).flatten(2))
    normed = layer.encoder_attn_layer_norm(hidden)
    attention = layer.encoder_attn
    query = _split(attention.q_proj(normed), heads)
    seen = functional.scaled_dot_product_attention(query, prompted[0], prompted[1], attn_mask=mask)
    hidden = hidden + attention.out_proj(seen.transpose(1, 2).flatten(2))
    made: Tensor = hidden + layer.fc2(layer.activation_fn(layer.fc1(layer.final_layer_norm(hidden))))
    return made
