from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from audio.prompts.hearing import Hearing, Vocabulary
from bot.config.engine_factory import SHIPPED_FOLDER
from bot.ui.presets import PRESETS

ETUDE = Vocabulary((SHIPPED_FOLDER / "tokenizer.json").read_text(encoding="utf-8"), max_tokens=64)

ENGLISH = Path(__file__).with_name("english.txt").read_text(encoding="utf-8").splitlines()
"""Prompts as people write them, with words of other languages that are at home in English."""


@pytest.mark.parametrize("prompt", [*ENGLISH, *PRESETS])
def test_an_english_prompt_is_heard_whole(prompt: str) -> None:
    assert ETUDE.hear(prompt) == Hearing(prompt)


@pytest.mark.parametrize(
    "prompt", ["静かなピアノのソロ", "激しいドラムの音楽", "тихая песня", "громкий рок", "조용한 피아노"]
)
def test_a_script_without_pieces_is_not_heard(prompt: str) -> None:
    hearing = ETUDE.hear(prompt)
    assert hearing.heard == ""
    assert " ".join(hearing.unheard) == prompt


def test_what_is_heard_among_other_words_is_told() -> None:
    hearing = ETUDE.hear("静かなピアノ、雨の夜、lofi静か hip hop, 80 BPM 🎹🎹!")
    assert hearing.heard == "lofi hip hop, 80 BPM !"
    assert hearing.unheard == ("静かなピアノ", "雨の夜", "静か", "🎹🎹")


def test_emoji_with_their_modifiers_are_one() -> None:
    assert ETUDE.hear("piano 👍🏽 ❤️ solo").unheard == ("👍🏽", "❤️")


def test_signs_that_change_a_key_are_told_and_punctuation_is_not() -> None:
    assert ETUDE.hear("B♭ minor").unheard == ("♭",)
    assert ETUDE.hear("piano – “soft”, don’t rush… 100% [ok] ~ *").unheard == ()


def test_a_lost_accent_leaves_the_word_and_a_word_of_foreign_letters_is_lost_whole() -> None:
    assert ETUDE.hear("café by Sigur Rós, São Paulo") == Hearing("café by Sigur Rós, São Paulo")
    assert ETUDE.hear("in Łódź").unheard == ("Łódź",)


def test_a_prompt_that_is_too_long_is_heard_up_to_a_whole_word() -> None:
    prompt = ", ".join(["slow piano with a warm bass and drums"] * 8)
    hearing = ETUDE.hear(prompt)
    assert hearing.cut
    assert prompt.startswith(hearing.heard)
    assert prompt[len(hearing.heard)] in " ,"
    tokens = Tokenizer.from_str(ETUDE.tokenizer).encode(hearing.heard).ids
    assert ETUDE.max_tokens - 4 <= len(tokens) <= ETUDE.max_tokens


def test_a_prompt_of_exactly_the_maximum_is_not_cut() -> None:
    words = ["piano"] * (ETUDE.max_tokens - 1)  # and the token that ends it
    assert not ETUDE.hear(" ".join(words)).cut
    assert ETUDE.hear(" ".join([*words, "piano"])) == Hearing(" ".join(words), cut=True)


def test_a_long_prompt_without_spaces_is_cut_where_the_model_stops() -> None:
    assert ETUDE.hear("piano" + "静" * 100).heard == "piano"
    assert len(ETUDE.hear("x" * 200).heard) == ETUDE.max_tokens - 1


def test_a_unigram_tokenizer_as_that_of_t5_fuses_what_it_does_not_know() -> None:
    tokenizer = Tokenizer(models.Unigram([("<unk>", 0.0), ("▁soft", -1.0), ("▁", -2.0), ("▁piano", -1.0)], 0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    vocabulary = Vocabulary(tokenizer.to_str(), 512)
    assert vocabulary.hear("soft 静かな piano") == Hearing("soft piano", ("静かな",))


def test_a_tokenizer_that_falls_back_to_bytes_hears_all() -> None:
    byte_tokens = {f"<0x{byte:02X}>": byte for byte in range(256)}
    tokenizer = Tokenizer(models.BPE(byte_tokens, [], byte_fallback=True))
    assert Vocabulary(tokenizer.to_str(), 512).hear("静かな") == Hearing("静かな")


def test_all_is_heard_where_the_tokenizer_is_unknown() -> None:
    assert Vocabulary().hear("静かな 🎹") == Hearing("静かな 🎹")
