"""The language model: a small text encoder and a MusicGen decoder that write scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import MusicgenForCausalLM, T5Config, T5EncoderModel
from transformers.models.musicgen.configuration_musicgen import MusicgenDecoderConfig
from transformers.models.musicgen.modeling_musicgen import MusicgenSinusoidalPositionalEmbedding

from training.model.batches import LATEST, PAD, WINDOW_FRAMES, Lesson
from training.model.embeddings import FactoredTable, followers, waves
from training.songs.codes import BOOKS, VOCABULARY

WIDTH: Final = 192
LAYERS: Final = 5
HEADS: Final = 3
_SHARE_OF_DULL: Final = 0.2
"""How many of the frames at which nothing new can happen are learned from; the rest costs time and teaches
little.
"""
_FINEST_NUMBER: Final = 4.6
_LOUD: Final = 2.0
_LED_ON: Final = 0.35
"""At which the right code's logit is about 9 at first, and the others' around 0 ± 2."""
_MAX_PLAIN: Final = 200
"""Steps up to which plain attention is the faster one here: at 150 by a tenth, at 262 it is
a fifth slower, at 646 half as fast.
"""


def decoder_config(width: int = WIDTH, layers: int = LAYERS) -> MusicgenDecoderConfig:
    return MusicgenDecoderConfig(
        vocab_size=VOCABULARY,
        max_position_embeddings=WINDOW_FRAMES + LATEST + 1,
        num_hidden_layers=layers,
        ffn_dim=4 * width,
        num_attention_heads=HEADS,
        hidden_size=width,
        num_codebooks=len(BOOKS),
        audio_channels=1,
        pad_token_id=PAD,
        bos_token_id=PAD,
        dropout=0.0,
        attention_dropout=0.0,
        activation_dropout=0.0,
        layerdrop=0.0,
    )


def text_config(pieces: int, width: int = WIDTH) -> T5Config:
    return T5Config(
        vocab_size=pieces,
        d_model=width,
        d_kv=width // 4,
        d_ff=2 * width,
        num_layers=2,
        num_heads=4,
        dropout_rate=0.0,
        pad_token_id=0,
        eos_token_id=1,
        is_encoder_decoder=False,
        use_cache=False,
    )


class Writer(nn.Module):
    """What is trained: text encoder and decoder, the decoder's tables in factors."""

    def __init__(self, pieces: int, width: int = WIDTH, layers: int = LAYERS) -> None:
        super().__init__()
        self.text = T5EncoderModel(text_config(pieces, width))
        decoder = MusicgenForCausalLM(decoder_config(width, layers)).model.decoder
        self.layers: Any = decoder.layers
        self._fused = decoder.config
        self._plain = decoder_config(width, layers)
        self._plain._attn_implementation = "eager"
        for layer in self.layers:
            # over the few tokens of a prompt the fused kernel costs three times as much on a CPU
            layer.encoder_attn.config = self._plain
        self.norm = decoder.layer_norm
        self.embeddings: Any = nn.ModuleList(
            FactoredTable(book, VOCABULARY + 1, width, 0.4) for book in range(len(BOOKS))
        )
        self.heads: Any = nn.ModuleList(
            FactoredTable(book, VOCABULARY, width, width**-0.5) for book in range(len(BOOKS))
        )
        self._lead_on()
        self._listen()
        places = MusicgenSinusoidalPositionalEmbedding.get_embedding(WINDOW_FRAMES + LATEST + 1, width)
        self.places: Tensor
        self.register_buffer("places", places, persistent=False)

    @torch.no_grad()
    def count_on(self, numbers: dict[int, float]) -> None:
        """Begin with tokens of numbers that are alike when the numbers are near; `numbers` by token."""
        near = waves(torch.tensor(list(numbers.values())), self.norm.weight.shape[0], _FINEST_NUMBER)
        self.text.shared.weight[list(numbers)] = 2**0.5 * near

    @torch.no_grad()
    def tell_tonics(self, tonics: dict[int, int]) -> None:
        """Begin with names of tonics that are heard among other words; `tonics` by token. As tokens among
        others they were not listened to after 100 minutes.
        """
        width = self.norm.weight.shape[0]
        classes = torch.randn(12, width)
        batch_invariant_matmul = torch.randn(width)
        for token, tonic in tonics.items():
            self.text.shared.weight[token] = _LOUD * (classes[tonic] + batch_invariant_matmul)

    def _listen(self) -> None:
        """Begin with cross-attention that is heard: at transformers' scale nothing of it arrives."""
        width = self.norm.weight.shape[0]
        for layer in self.layers:
            attention = layer.encoder_attn
            for part in (attention.q_proj, attention.k_proj, attention.v_proj):
                nn.init.normal_(part.weight, std=width**-0.5)
            nn.init.normal_(attention.out_proj.weight, std=0.2 * width**-0.5)

    @torch.no_grad()
    def _lead_on(self) -> None:
        """Begin with heads that go on with what is held: a code's is the embedding of the code before it."""
        for book, (table, head) in enumerate(zip(self.embeddings, self.heads, strict=True)):
            before, after = followers(book)
            ways = torch.bincount(after, minlength=VOCABULARY).clamp(min=1)
            head.free.index_add_(0, after, _LED_ON * table()[before] / ways[after, None])

    @torch.no_grad()
    def take_up(
        self, text: T5EncoderModel, decoder: MusicgenForCausalLM, sharper: Callable[[int], Tensor]
    ) -> None:
        """Become what was exported, whose heads were raised by `sharper`, rows by book."""
        whole: Any = decoder
        self.text.load_state_dict(text.state_dict())
        self.layers.load_state_dict(whole.model.decoder.layers.state_dict())
        self.norm.load_state_dict(whole.model.decoder.layer_norm.state_dict())
        for book in range(len(BOOKS)):
            self.embeddings[book].hold(whole.model.decoder.embed_tokens[book].weight)
            self.heads[book].hold(whole.lm_heads[book].weight / sharper(book))

    def states(self, lesson: Lesson) -> Tensor:
        """What the decoder knows before each step of a lesson, shaped (rows, steps, width)."""
        told = self.text(
            input_ids=lesson.prompts, attention_mask=lesson.prompts.ne(0).long()
        ).last_hidden_state
        told = told * lesson.heard[..., None]
        # a row without prompt attends to zeros, which a mask of all its tokens would turn into a mean of them
        open_ = (lesson.heard + (lesson.heard.sum(-1, keepdim=True) == 0)) > 0
        mask = torch.zeros(open_.shape).masked_fill(~open_, torch.finfo(torch.float32).min)[:, None, None, :]
        before = functional.pad(lesson.tokens[..., :-1], (1, 0), value=PAD)
        hidden = self.places[lesson.positions]
        for book, table in enumerate(self.embeddings):
            hidden = hidden + functional.embedding(before[:, book], table())
        causal = self._causal(hidden.shape[1])
        for layer in self.layers:
            hidden = layer(hidden, causal, encoder_hidden_states=told, encoder_attention_mask=mask)
            hidden = hidden[0] if isinstance(hidden, tuple) else hidden
        return self.norm(hidden)  # type: ignore[no-any-return]

    def _causal(self, steps: int) -> Tensor | None:
        """The mask of plain attention where it is cheaper than the fused one, which needs none."""
        fused = steps > _MAX_PLAIN
        for layer in self.layers:
            layer.self_attn.config = self._fused if fused else self._plain
        return None if fused else torch.full((1, 1, steps, steps), float("-inf")).triu(1)

    def losses(self, lesson: Lesson, chance: torch.Generator | None = None, guidance: float = 1.0) -> Tensor:
        """Nats a token, shaped (books, 2): where something new can happen, and elsewhere; 0 where there is
        nothing to learn. With more `guidance` than 1 they are those of guided logits (Ho and Salimans 2022).
        """
        hidden = self.states(lesson)
        if guidance > 1:
            # what goes for logits goes for states: no head adds anything of its own
            free = self.states(lesson.unprompted())
            hidden = free + guidance * (hidden - free)
        dull = torch.rand(lesson.tokens.shape, generator=chance) < _SHARE_OF_DULL
        found = []
        for book, table in enumerate(self.heads):
            telling = lesson.telling[:, book]
            chosen = lesson.known[:, book] & (telling | dull[:, book])
            logits = functional.linear(hidden[chosen], table())
            nats = functional.cross_entropy(logits.float(), lesson.tokens[:, book][chosen], reduction="none")
            told = telling[chosen]
            sums = torch.stack([nats[told].sum(), nats[~told].sum()])
            found.append(sums / torch.stack([told.sum(), (~told).sum()]).clamp(min=1))
        return torch.stack(found)

    def exported(self) -> MusicgenForCausalLM:
        """The decoder in transformers' own form."""
        width = self.norm.weight.shape[0]
        model: Any = MusicgenForCausalLM(decoder_config(width, len(self.layers)))
        model.model.decoder.layers.load_state_dict(self.layers.state_dict())
        model.model.decoder.layer_norm.load_state_dict(self.norm.state_dict())
        with torch.no_grad():
            for book in range(len(BOOKS)):
                model.model.decoder.embed_tokens[book].weight.copy_(self.embeddings[book]())
                model.lm_heads[book].weight.copy_(self.heads[book]())
        model.eval()
        return model  # type: ignore[no-any-return]
