"""The tokenizer: a small vocabulary of byte pairs learned on prompts, in which every tempo is one token."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from training.songs.clock import FASTEST, SLOWEST
from training.songs.composer import Wishes, planned
from training.text.prompts import prompt
from training.text.words import TONICS

TOKENIZER: Final = "tokenizer.json"
"""Where a folder of training keeps the tokenizer."""
PIECES: Final = 1280
MAX_PROMPT: Final = 64
"""Tokens of a prompt that are heard; the prompts of training have 12 on average and at most about 40."""
_SONGS: Final = 8000
_READY: Any = PreTrainedTokenizerFast
"""transformers leaves untyped what it takes."""
_CHARS: Final = string.ascii_lowercase + string.digits + "▁&-/#'"


def kept_tokenizer(folder: Path, seed: int) -> PreTrainedTokenizerFast:
    """The tokenizer that lies in `folder`, or a new one put there: what is trained with one is lost on
    another.
    """
    file = folder / TOKENIZER
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer(seed).backend_tokenizer.save(str(file))
    return _ready(Tokenizer.from_file(str(file)))


def tokenizer(seed: int) -> PreTrainedTokenizerFast:
    """A tokenizer learned on the prompts of `seed`; the same seed gives the same one."""
    pairs = Tokenizer(models.BPE(unk_token="<unk>"))
    pairs.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            # a number is a word of its own wherever it stands ("120bpm"), and punctuation says nothing here
            normalizers.Replace(Regex(r"[\s.,;:!?()\"]+"), " "),
            normalizers.Replace(Regex(r"(?<=\d)(?=[a-z])|(?<=[a-z])(?=\d)"), " "),
            normalizers.Strip(),
        ]
    )
    pairs.pre_tokenizer = pre_tokenizers.Metaspace()
    pairs.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=PIECES,
        special_tokens=["<pad>", "</s>", "<unk>"],
        initial_alphabet=list(_CHARS),
        show_progress=False,
    )
    pairs.train_from_iterator(_corpus(seed), trainer)
    pairs.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", pairs.token_to_id("</s>"))]
    )
    return _ready(pairs)


def _ready(pairs: Tokenizer) -> PreTrainedTokenizerFast:
    """The tokenizer in transformers' form."""
    return _READY(  # type: ignore[no-any-return]
        tokenizer_object=pairs,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=MAX_PROMPT,
    )


def _corpus(seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    for _ in range(_SONGS):
        plan = planned(chance, Wishes())
        yield prompt(plan, chance)
    for bpm in range(SLOWEST, FASTEST + 1):
        yield from [f"{bpm}"] * 200


def tempos(words: PreTrainedTokenizerFast) -> dict[int, float]:
    """The tokens of the tempos, and where between the slowest (0) and the fastest (1) each lies."""
    pieces = words.get_vocab()
    span = FASTEST - SLOWEST
    return {pieces[f"▁{bpm}"]: (bpm - SLOWEST) / span for bpm in range(SLOWEST, FASTEST + 1)}


def tonics(words: PreTrainedTokenizerFast) -> dict[int, int]:
    """The tokens that name a tonic by themselves, and the pitch class each names."""
    pieces = words.get_vocab()
    named = ((name, tonic) for tonic, names in enumerate(TONICS) for name in names)
    found = ((pieces.get(f"▁{name.lower()}"), tonic) for name, tonic in named)
    return {token: tonic for token, tonic in found if token is not None}
