"""Whatever tags say, they are a track's or are refused in a sentence."""

from __future__ import annotations

import contextlib
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from audio.errors import PieceError
from audio.files.track import TrackError, origin_of
from audio.piece import checked

NUMBERS = {"seconds": "10.0", "seed": "7", "top_k": "250", "temperature": "1.0"}
AUTOMATIC = {"interval": "auto", "guidance": "auto"}
WORDS = {"prompt": "bells", "checkpoint": "etude", "revision": "1", "licence": "MIT"}
GOOD = {**NUMBERS, **AUTOMATIC, **WORDS}
KEYS = [*GOOD, "prelude", "excerpt", "turns", "translated_from", "continues", "melody"]
CURIOUS = [
    *("", "nan", "inf", "-1", "1e308", "0x10", "٣", "1_000", "9" * 5000, "auto", "null", "\0", "\ud800"),
    "a\x1b[31mb",
    *("[[]]", "{}", "[" * 9999, '[["a", 1, 2]]', '[["a", 1e99, 2]]', '[["a", true, 2]]', '[["a", -1, 9]]'),
    *('[["\\ud800", 1, 2]]', '[["a", 1, 2, "\\ud800"]]', '[["", 1, 2]]', '"abc"', "[NaN]", "[null]"),
]  # fmt: skip


def judge(tags: dict[str, str]) -> None:
    """Read tags as for Again: anything but these two errors would be a traceback and no answer."""
    with contextlib.suppress(TrackError, PieceError):
        piece = checked(origin_of(tags, "track.flac").piece, longest=600.0)
        for prompt in (piece.prompt, *(change.prompt for change in piece.prompt_changes)):
            assert prompt.encode(), "it can be sent, logged and stored"


def test_every_curious_value_of_every_tag_is_read_or_refused() -> None:
    for key, value in itertools.product(KEYS, CURIOUS):
        judge({**GOOD, key: value})
        judge({name: text for name, text in GOOD.items() if name != key})


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(KEYS), st.text(max_size=40) | st.floats().map(repr), max_size=6))
def test_any_tags_are_read_or_refused(changed: dict[str, str]) -> None:
    judge({**GOOD, **changed})
