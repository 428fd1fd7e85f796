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

from training.model.batches import MAX_DELAY, PAD, WINDOW_FRAMES, TrainingBatch
from training.model.embeddings import FactoredTable, code_successors, fourier_features
from training.songs.codes import BOOKS, VOCABULARY

WIDTH: Final = 192
LAYERS: Final = 5
HEADS: Final = 3
_ROUTINE_SHARE: Final = 0.2
"""How many of the frames at which nothing new can happen are learned from; the rest costs time and teaches
little.
"""
_NUMBER_CYCLES: Final = 4.6
_TONIC_SCALE: Final = 2.0
_SUCCESSOR_SCALE: Final = 0.35
"""At which the right code's logit is about 9 at first, and the others' around 0 ± 2."""
_MAX_EAGER_STEPS: Final = 200
"""Steps up to which plain attention is the faster one here: at 150 by a tenth, at 262 it is
a fifth slower, at 646 half as fast.
"""


def decoder_config(width: int = WIDTH, layers: int = LAYERS) -> MusicgenDecoderConfig:
    return MusicgenDecoderConfig(
        vocab_size=VOCABULARY,
        max_position_embeddings=WINDOW_FRAMES + MAX_DELAY + 1,
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


def text_config(vocabulary_size: int, width: int = WIDTH) -> T5Config:
    return T5Config(
        vocab_size=vocabulary_size,
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


class LanguageModel(nn.Module):
    """What is trained: text encoder and decoder, the decoder's tables in factors."""

    def __init__(self, vocabulary_size: int, width: int = WIDTH, layers: int = LAYERS) -> None:
        super().__init__()
        self.text = T5EncoderModel(text_config(vocabulary_size, width))
        decoder = MusicgenForCausalLM(decoder_config(width, layers)).model.decoder
        self.layers: Any = decoder.layers
        self._fused_config = decoder.config
        self._eager_config = decoder_config(width, layers)
        self._eager_config._attn_implementation = "eager"
        for layer in self.layers:
            # over the few tokens of a prompt the fused kernel costs three times as much on a CPU
            layer.encoder_attn.config = self._eager_config
        self.norm = decoder.layer_norm
        self.embeddings: Any = nn.ModuleList(
            FactoredTable(book, VOCABULARY + 1, width, 0.4) for book in range(len(BOOKS))
        )
        self.heads: Any = nn.ModuleList(
            FactoredTable(book, VOCABULARY, width, width**-0.5) for book in range(len(BOOKS))
        )
        self._init_heads()
        self._init_cross_attention()
        positions = MusicgenSinusoidalPositionalEmbedding.get_embedding(WINDOW_FRAMES + MAX_DELAY + 1, width)
        self.position_table: Tensor
        self.register_buffer("position_table", positions, persistent=False)

    @torch.no_grad()
    def init_number_tokens(self, numbers: dict[int, float]) -> None:
        """Begin with tokens of numbers that are alike when the numbers are near; `numbers` by token."""
        features = fourier_features(
            torch.tensor(list(numbers.values())), self.norm.weight.shape[0], _NUMBER_CYCLES
        )
        self.text.shared.weight[list(numbers)] = 2**0.5 * features

    @torch.no_grad()
    def init_tonic_tokens(self, tonics: dict[int, int]) -> None:
        """Begin with names of tonics that are heard among other words; `tonics` by token. As tokens among
        others they were not listened to after 100 minutes.
        """
        width = self.norm.weight.shape[0]
        classes = torch.randn(12, width)
        shared = torch.randn(width)
        for token, tonic in tonics.items():
            self.text.shared.weight[token] = _TONIC_SCALE * (classes[tonic] + shared)

    def _init_cross_attention(self) -> None:
        """Begin with cross-attention that is heard: at transformers' scale nothing of it arrives."""
        width = self.norm.weight.shape[0]
        for layer in self.layers:
            attention = layer.encoder_attn
            for part in (attention.q_proj, attention.k_proj, attention.v_proj):
                nn.init.normal_(part.weight, std=width**-0.5)
            nn.init.normal_(attention.out_proj.weight, std=0.2 * width**-0.5)

    @torch.no_grad()
    def _init_heads(self) -> None:
        """Begin with heads that go on with what is held: a code's is the embedding of the code before it."""
        for book, (table, head) in enumerate(zip(self.embeddings, self.heads, strict=True)):
            before, after = code_successors(book)
            predecessors = torch.bincount(after, minlength=VOCABULARY).clamp(min=1)
            head.free.index_add_(0, after, _SUCCESSOR_SCALE * table()[before] / predecessors[after, None])

    @torch.no_grad()
    def load_exported(
        self, text: T5EncoderModel, decoder: MusicgenForCausalLM, logit_scale: Callable[[int], Tensor]
    ) -> None:
        """Become what was exported, whose heads were raised by `logit_scale`, rows by book."""
        exported: Any = decoder
        self.text.load_state_dict(text.state_dict())
        self.layers.load_state_dict(exported.model.decoder.layers.state_dict())
        self.norm.load_state_dict(exported.model.decoder.layer_norm.state_dict())
        for book in range(len(BOOKS)):
            self.embeddings[book].set_table(exported.model.decoder.embed_tokens[book].weight)
            self.heads[book].set_table(exported.lm_heads[book].weight / logit_scale(book))

    def states(self, batch: TrainingBatch) -> Tensor:
        """What the decoder knows before each step of a lesson, shaped (rows, steps, width)."""
        encoded = self.text(
            input_ids=batch.prompts, attention_mask=batch.prompts.ne(0).long()
        ).last_hidden_state
        encoded = encoded * batch.prompt_mask[..., None]
        # a row without prompt attends to zeros, which a mask of all its tokens would turn into a mean of them
        visible = (batch.prompt_mask + (batch.prompt_mask.sum(-1, keepdim=True) == 0)) > 0
        mask = torch.zeros(visible.shape).masked_fill(~visible, torch.finfo(torch.float32).min)[
            :, None, None, :
        ]
        before = functional.pad(batch.tokens[..., :-1], (1, 0), value=PAD)
        hidden = self.position_table[batch.positions]
        for book, table in enumerate(self.embeddings):
            hidden = hidden + functional.embedding(before[:, book], table())
        causal = self._causal(hidden.shape[1])
        for layer in self.layers:
            hidden = layer(hidden, causal, encoder_hidden_states=encoded, encoder_attention_mask=mask)
            hidden = hidden[0] if isinstance(hidden, tuple) else hidden
        return self.norm(hidden)  # type: ignore[no-any-return]

    def _causal(self, steps: int) -> Tensor | None:
        """The mask of plain attention where it is cheaper than the fused one, which needs none."""
        fused = steps > _MAX_EAGER_STEPS
        for layer in self.layers:
            layer.self_attn.config = self._fused_config if fused else self._eager_config
        return None if fused else torch.full((1, 1, steps, steps), float("-inf")).triu(1)

    def losses(
        self, batch: TrainingBatch, generator: torch.Generator | None = None, guidance: float = 1.0
    ) -> Tensor:
        """Nats a token, shaped (books, 2): where something new can happen, and elsewhere; 0 where there is
        nothing to learn. With more `guidance` than 1 they are those of guided logits (Ho and Salimans 2022).
        """
        hidden = self.states(batch)
        if guidance > 1:
            # what goes for logits goes for states: no head adds anything of its own
            free = self.states(batch.without_prompt())
            hidden = free + guidance * (hidden - free)
        routine = torch.rand(batch.tokens.shape, generator=generator) < _ROUTINE_SHARE
        losses = []
        for book, table in enumerate(self.heads):
            novel = batch.novel[:, book]
            chosen = batch.known[:, book] & (novel | routine[:, book])
            logits = functional.linear(hidden[chosen], table())
            nats = functional.cross_entropy(logits.float(), batch.tokens[:, book][chosen], reduction="none")
            encoded = novel[chosen]
            sums = torch.stack([nats[encoded].sum(), nats[~encoded].sum()])
            losses.append(sums / torch.stack([encoded.sum(), (~encoded).sum()]).clamp(min=1))
        return torch.stack(losses)

    def to_musicgen(self) -> MusicgenForCausalLM:
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
