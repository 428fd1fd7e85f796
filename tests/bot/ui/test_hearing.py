from __future__ import annotations

import asyncio
from dataclasses import replace

from audio.piece import Piece, PromptChange
from audio.prompts.hearing import Vocabulary
from audio.worker.tone_engine import ToneEngine
from bot.config.engine_factory import SHIPPED_FOLDER
from bot.ui.hearing import hearing_of

ETUDE = Vocabulary((SHIPPED_FOLDER / "tokenizer.json").read_text(encoding="utf-8"), max_tokens=64)


def told(piece: Piece, locale: str = "en-US", *, melodies: bool = False) -> str:
    engine = ToneEngine(vocabulary=ETUDE, melodies=melodies)
    asyncio.run(engine.start())
    return " ".join(sentence.in_(locale) for sentence in hearing_of(engine, piece))


def test_nothing_is_told_about_a_prompt_that_is_heard_as_it_was_typed() -> None:
    assert told(Piece("slow piano, no drums", 20.0, 1)) == ""


def test_what_is_lost_and_what_is_heard_is_told() -> None:
    piece = Piece("静かな piano 🎹", 20.0, 1)
    assert told(piece) == "The model doesn't know “静かな” and “🎹”. The model hears “piano”."
    assert told(piece, "de") == "Das Modell kennt „静かな“ und „🎹“ nicht. Das Modell hört „piano“."


def test_a_prompt_of_which_nothing_is_heard_is_said_to_be_so() -> None:
    assert told(Piece("тихая песня", 20.0, 1)).startswith("The model knows none of these words")


def test_a_prompt_that_is_cut_off_is_told_with_what_is_left() -> None:
    sentences = told(Piece("slow piano with warm bass " * 14, 20.0, 1))
    assert sentences.startswith("The prompt is longer than the model can take. The model hears “slow piano")


def test_a_translation_is_told_also_where_all_of_it_is_heard() -> None:
    piece = Piece("slow dub", 20.0, 1, translated_from="langsamer Dub")
    assert told(piece) == "The model hears “slow dub”."


def test_the_latest_prompt_is_told_about() -> None:
    piece = Piece("тихая песня", 20.0, 1)
    assert told(replace(piece, prompt_changes=(PromptChange("drums", 50),))) == ""


def test_a_sentence_names_few_words_and_nothing_in_it_is_markdown() -> None:
    sentences = told(Piece(" ".join(f"{letter * 3}**" for letter in "абвгдежз"), 20.0, 1))
    assert sentences.startswith("The model knows none")
    sentences = told(Piece("drums " + " ".join(letter * 3 for letter in "абвгдежз"), 20.0, 1))
    assert sentences.startswith("The model doesn't know “ааа”, “ббб”, “ввв”, “ггг”, “ддд”, and …. The model")
    assert told(Piece("静か *drums*", 20.0, 1)).endswith("hears “\\*drums\\*”.")


def test_a_melody_leaves_later_prompts_no_more_room_than_the_first() -> None:
    changed = PromptChange("slow sad piano", 50)
    piece = Piece("drums", 20.0, 1, prompt_changes=(changed,))
    assert told(piece) == ""
    assert told(piece, melodies=True).endswith("The model hears “slow sad”.")
    assert told(replace(piece, prompt="fast loud drums"), melodies=True) == ""
