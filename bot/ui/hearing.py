"""What the model hears of a prompt, in sentences for whoever typed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audio.prompts.translation import translate
from bot.rules.markdown import escape, truncate
from words.text import Text

if TYPE_CHECKING:
    from audio.engine import Engine
    from audio.piece import Piece

MAX_UNHEARD: Final = 5
"""Lost words that a sentence names."""


def hearing_of(engine: Engine, piece: Piece) -> tuple[Text, ...]:
    """Return what the model hears of the latest prompt of a piece; nothing if it hears what was typed."""
    prompt, typed = piece.prompts[-1], piece.typed_prompts[-1]
    vocabulary = engine.vocabulary
    if engine.info.melodies and piece.prompt_changes:
        vocabulary = vocabulary.after(piece.prompt)  # the cached steps of a melody leave no more room
    hearing = vocabulary.hear(prompt)
    if not hearing.heard:
        return (Text("heard-nothing"),)
    unheard, cut = hearing.unheard, hearing.cut
    if prompt != typed:
        translation = translate(typed)
        unheard, cut = (*translation.unknown, *unheard), cut or translation.cut
    sentences = []
    if unheard:
        sentences.append(Text("heard-unknown", words=_named(tuple(dict.fromkeys(unheard)))))
    if cut:
        sentences.append(Text("heard-cut"))
    if sentences or prompt != typed:
        sentences.append(Text("heard-as", prompt=escape(hearing.heard)))
    return tuple(sentences)


def _named(words: tuple[str, ...]) -> tuple[Text | str, ...]:
    named = tuple(Text("track-prompt", prompt=escape(truncate(word))) for word in words[:MAX_UNHEARD])
    return named if len(words) <= MAX_UNHEARD else (*named, "…")
