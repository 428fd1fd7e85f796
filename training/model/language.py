"""Language model: a small T5 text encoder and a MusicGen decoder."""

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
"""Hidden size of text encoder and decoder."""
LAYERS: Final = 5
"""Decoder layers."""
HEADS: Final = 3
"""Attention heads of the decoder."""
_ROUTINE_SHARE: Final = 0.2
"""Share of the tokens without a decision that contribute to the loss; the others cost time and teach little.
"""
_NUMBER_CYCLES: Final = 4.6
"""Highest frequency of number features [cycles over the range of tempos]."""
_TONIC_SCALE: Final = 2.0
"""Standard deviation of each part of a tonic's initial embedding."""
_SUCCESSOR_SCALE: Final = 0.35
"""Scale at which the initial logit of a code's successor is about 9, and of the others around 0 ± 2."""
_MAX_EAGER_STEPS: Final = 200
"""Longest sequence with eager attention [steps].

Measured on a CPU: at 150 steps it is a tenth faster than the fused kernel, at 262 a fifth slower, at 646 half
as fast.
"""


def decoder_config(width: int = WIDTH, layers: int = LAYERS) -> MusicgenDecoderConfig:
    """Return the architecture of the decoder."""
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
    """Return the architecture of the text encoder."""
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
    """Trainable text encoder and decoder; embeddings and heads are factored tables."""

    def __init__(self, vocabulary_size: int, width: int = WIDTH, layers: int = LAYERS) -> None:
        super().__init__()
        self.text = T5EncoderModel(text_config(vocabulary_size, width))
        decoder = MusicgenForCausalLM(decoder_config(width, layers)).model.decoder
        self.layers: Any = decoder.layers
        self._fused_config = decoder.config
        self._eager_config = decoder_config(width, layers)
        self._eager_config._attn_implementation = "eager"
        for layer in self.layers:
            # for the few tokens of a prompt, the fused kernel takes three times as long on a CPU
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
        """Initialise the embeddings of number tokens so that near numbers are similar; `numbers` by token."""
        features = fourier_features(
            torch.tensor(list(numbers.values())), self.norm.weight.shape[0], _NUMBER_CYCLES
        )
        self.text.shared.weight[list(numbers)] = 2**0.5 * features

    @torch.no_grad()
    def init_tonic_tokens(self, tonics: dict[int, int]) -> None:
        """Initialise the embeddings of tonics with a larger scale and a shared part; `tonics` by token.

        With the default scale the model still ignored them after 100 minutes of training.
        """
        width = self.norm.weight.shape[0]
        classes = torch.randn(12, width)
        shared = torch.randn(width)
        for token, tonic in tonics.items():
            self.text.shared.weight[token] = _TONIC_SCALE * (classes[tonic] + shared)

    def _init_cross_attention(self) -> None:
        """Initialise cross-attention with a larger scale than transformers', at which it has no effect."""
        width = self.norm.weight.shape[0]
        for layer in self.layers:
            attention = layer.encoder_attn
            for part in (attention.q_proj, attention.k_proj, attention.v_proj):
                nn.init.normal_(part.weight, std=width**-0.5)
            nn.init.normal_(attention.out_proj.weight, std=0.2 * width**-0.5)

    @torch.no_grad()
    def _init_heads(self) -> None:
        """Initialise the heads to predict successors: a code's row is the embedding of its predecessor."""
        for book, (table, head) in enumerate(zip(self.embeddings, self.heads, strict=True)):
            before, after = code_successors(book)
            predecessors = torch.bincount(after, minlength=VOCABULARY).clamp(min=1)
            head.free.index_add_(0, after, _SUCCESSOR_SCALE * table()[before] / predecessors[after, None])

    @torch.no_grad()
    def load_exported(
        self, text: T5EncoderModel, decoder: MusicgenForCausalLM, logit_scale: Callable[[int], Tensor]
    ) -> None:
        """Load an exported model and undo its `logit_scale`, given by book."""
        exported: Any = decoder
        self.text.load_state_dict(text.state_dict())
        self.layers.load_state_dict(exported.model.decoder.layers.state_dict())
        self.norm.load_state_dict(exported.model.decoder.layer_norm.state_dict())
        for book in range(len(BOOKS)):
            self.embeddings[book].set_table(exported.model.decoder.embed_tokens[book].weight)
            self.heads[book].set_table(exported.lm_heads[book].weight / logit_scale(book))

    def states(self, batch: TrainingBatch) -> Tensor:
        """Return the decoder's hidden state that predicts each step, shaped (rows, steps, width)."""
        encoded = self.text(
            input_ids=batch.prompts, attention_mask=batch.prompts.ne(0).long()
        ).last_hidden_state
        encoded = encoded * batch.prompt_mask[..., None]
        # rows without prompt attend to zeros: softmax cannot mask all tokens of a row
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
        """Choose the faster attention, and return the causal mask for eager or None for fused attention."""
        fused = steps > _MAX_EAGER_STEPS
        for layer in self.layers:
            layer.self_attn.config = self._fused_config if fused else self._eager_config
        return None if fused else torch.full((1, 1, steps, steps), float("-inf")).triu(1)

    def losses(
        self, batch: TrainingBatch, generator: torch.Generator | None = None, guidance: float = 1.0
    ) -> Tensor:
        """Return the mean loss at decisions and elsewhere [nats per token], shaped (books, 2), 0 without
        targets.

        With `guidance` above 1 it is the loss of guided logits (Ho and Salimans 2022).
        """
        hidden = self.states(batch)
        if guidance > 1:
            # heads are linear without bias, so guiding hidden states guides the logits
            free = self.states(batch.without_prompt())
            hidden = free + guidance * (hidden - free)
        routine = torch.rand(batch.tokens.shape, generator=generator) < _ROUTINE_SHARE
        losses = []
        for book, table in enumerate(self.heads):
            novel = batch.novel[:, book]
            chosen = batch.target_mask[:, book] & (novel | routine[:, book])
            logits = functional.linear(hidden[chosen], table())
            nats = functional.cross_entropy(logits.float(), batch.tokens[:, book][chosen], reduction="none")
            decision = novel[chosen]
            sums = torch.stack([nats[decision].sum(), nats[~decision].sum()])
            losses.append(sums / torch.stack([decision.sum(), (~decision).sum()]).clamp(min=1))
        return torch.stack(losses)

    def to_musicgen(self) -> MusicgenForCausalLM:
        """Return the decoder as a transformers model."""
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
