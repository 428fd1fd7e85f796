from __future__ import annotations

import pytest

from audio.prompts.negation import plain_negations

NEGATED = {
    "hip hop 90 bpm A minor. dont add drums pls": "hip hop 90 bpm A minor. no drums",
    "don't use any drums": "no drums",
    "Do not include drums or bass, please": "no drums and no bass",
    "please don’t play the drums": "no drums",
    "I don't want drums and vocals": "no drums and no vocals",
    "hip hop, 90 bpm, A minor [drums: none]": "hip hop, 90 bpm, A minor, no drums",
    "[drums: none] techno": "no drums, techno",
    "techno (vocals: off). slow": "techno, no vocals. slow",
    "jazz, {drums = no}, piano": "jazz, no drums, piano",
    "drums: none": "no drums",
    "jazz, drums off": "jazz, no drums",
    "drum-free ambient": "no drum ambient",
    "exclude drums": "no drums",
    "skip the drums, just bass": "no drums, just bass",
    "leave out the drums please": "no drums",
    "w/o drums": "no drums",
    "without the drums": "no drums",
    "sans drums, just guitar": "no drums, just guitar",
    "drums are forbidden": "no drums",
    "the drums are not wanted": "no drums",
    "no drum kit, no beats": "no drums, no drums",
}

KEPT = [
    "no drums", "without drums", "drumless", "minus the drums", "not drums, only piano", "without any drums",
    "don't stop the drums", "don't play too fast", "never change the beat", "drop the bass", "no beat",
    "drums off-beat", "bass drop, cut drums", "beats free of charge", "drums: hard", "a need for drums",
    "[verse: piano] [chorus: drums]", "bass free jazz", "zero gravity", "free jazz", "mute trumpet",
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "plain"), NEGATED.items())
def test_ways_that_models_do_not_know_become_the_one_that_they_know(prompt: str, plain: str) -> None:
    assert plain_negations(prompt) == plain


@pytest.mark.parametrize("prompt", KEPT)
def test_what_models_know_and_what_means_something_else_stays(prompt: str) -> None:
    assert plain_negations(prompt) == prompt
