"""Tokenizer: byte-pair encoding trained on prompts, with one token for every tempo."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from training.songs.clock import MAX_BPM, MIN_BPM
from training.songs.composer import Constraints, draw_plan
from training.text.prompts import write_prompt
from training.text.words import TONICS

TOKENIZER_FILE: Final = "tokenizer.json"
"""File name of the tokenizer in a work folder."""
VOCABULARY_SIZE: Final = 1280
"""Number of tokens."""
MAX_PROMPT_TOKENS: Final = 64
"""Longest prompt [tokens]; training prompts have 12 on average and about 40 at most."""
_CORPUS_SONGS: Final = 8000
"""Prompts that the tokenizer is trained on."""
_FAST_TOKENIZER: Any = PreTrainedTokenizerFast
"""Untyped, as transformers does not annotate its constructor."""
_CHARS: Final = string.ascii_lowercase + string.digits + "▁&-/#'"
"""Characters that are always tokens."""


def load_or_train_tokenizer(folder: Path, seed: int) -> PreTrainedTokenizerFast:
    """Load the tokenizer of `folder`; train and save one if there is none.

    A model works only with the tokenizer that it was trained with.
    """
    file = folder / TOKENIZER_FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        train_tokenizer(seed).backend_tokenizer.save(str(file))
    return _to_fast_tokenizer(Tokenizer.from_file(str(file)))


def train_tokenizer(seed: int) -> PreTrainedTokenizerFast:
    """Train a tokenizer on the prompts of `seed`, deterministically."""
    bpe = Tokenizer(models.BPE(unk_token="<unk>"))
    bpe.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            # numbers are words of their own ("120bpm"), and punctuation is ignored
            normalizers.Replace(Regex(r"[\s.,;:!?()\"]+"), " "),
            normalizers.Replace(Regex(r"(?<=\d)(?=[a-z])|(?<=[a-z])(?=\d)"), " "),
            normalizers.Strip(),
        ]
    )
    bpe.pre_tokenizer = pre_tokenizers.Metaspace()
    bpe.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=["<pad>", "</s>", "<unk>"],
        initial_alphabet=list(_CHARS),
        show_progress=False,
    )
    bpe.train_from_iterator(_corpus(seed), trainer)
    bpe.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", bpe.token_to_id("</s>"))]
    )
    return _to_fast_tokenizer(bpe)


def _to_fast_tokenizer(bpe: Tokenizer) -> PreTrainedTokenizerFast:
    """Wrap a tokenizer for transformers."""
    return _FAST_TOKENIZER(  # type: ignore[no-any-return]
        tokenizer_object=bpe,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=MAX_PROMPT_TOKENS,
    )


def _corpus(seed: int) -> Iterator[str]:
    """Yield prompts, and every tempo often enough to become one token."""
    rng = random.Random(seed)
    for _ in range(_CORPUS_SONGS):
        plan = draw_plan(rng, Constraints())
        yield write_prompt(plan, rng)
    for bpm in range(MIN_BPM, MAX_BPM + 1):
        yield from [f"{bpm}"] * 200


def tempo_tokens(tokenizer: PreTrainedTokenizerFast) -> dict[int, float]:
    """Return the position of each tempo between `MIN_BPM` (0) and `MAX_BPM` (1), by token."""
    vocabulary = tokenizer.get_vocab()
    span = MAX_BPM - MIN_BPM
    return {vocabulary[f"▁{bpm}"]: (bpm - MIN_BPM) / span for bpm in range(MIN_BPM, MAX_BPM + 1)}


def tonic_tokens(tokenizer: PreTrainedTokenizerFast) -> dict[int, int]:
    """Return the pitch class of each token that is the name of a tonic."""
    vocabulary = tokenizer.get_vocab()
    names = ((name, tonic) for tonic, names in enumerate(TONICS) for name in names)
    tokens = ((vocabulary.get(f"▁{name.lower()}"), tonic) for name, tonic in names)
    return {token: tonic for token, tonic in tokens if token is not None}
