"""Word lists: texts are searched for words as Discord's AutoMod does, with its wildcards.

    bad      the word alone, not in “badge”
    bad*     what begins with it; *bad what ends with it; *bad* wherever it stands
    bad day  several words, whatever stands between them

Letters are compared without case, accents, width and invisible marks, and letters that look alike are the
same. In scripts without spaces between words every sign begins and ends a word.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

MAX_WORD_CHARS: Final = 60
"""Longest word of a list, as AutoMod's (Discord developer documentation, Auto Moderation)."""

CACHED_TEXTS: Final = 1024
"""Texts whose `forms` are remembered: suggestions show the same prompts again and again."""

CACHED_RESULTS: Final = 8192
"""Results of searches that are remembered, of all lists together."""

_CYRILLIC: Final = ("авекмнорстухіјѕԁԛԝһӏь", "abekmhopctyxijsdqwhlb")
_GREEK: Final = ("αβεζηικμνορτυχγω", "abezhikmvoptuxyw")
_LATIN: Final = ("ɑɡıłøđħ", "agilodh")
_SQUARED: Final = [range(0x1F1E6, 0x1F200), range(0x1F150, 0x1F16A), range(0x1F170, 0x1F18A)]
_ALIKE: Final = {
    **str.maketrans(*_CYRILLIC),
    **str.maketrans(*_GREEK),
    **str.maketrans(*_LATIN),
    **{code: chr(ord("a") + index) for letters in _SQUARED for index, code in enumerate(letters)},
    ord("æ"): "ae",
    ord("œ"): "oe",
}
"""The Latin letters that letters and signs look like, once case and accents are gone."""

_DISGUISES: Final = str.maketrans("013457@$€", "oieastase")
"""Digits and signs that stand for letters inside a word."""

_DISGUISED: Final = re.compile(r"(?<=[^\W\d_])[013457@$€]+|[013457@$€]+(?=[^\W\d_])")

_SPELLED: Final = re.compile(r"(?<!\S)\S(?: \S){2,}(?!\S)")
"""Single signs with spaces between them: “b a d”."""

_INVISIBLE: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Blank signs that Unicode counts as letters or symbols."""

_ACCENTS: Final = [
    *(range(0x0300, 0x0370), range(0x1AB0, 0x1B00), range(0x1DC0, 0x1E00), range(0x20D0, 0x2100)),
    *(range(0x0591, 0x05C8), range(0x064B, 0x0660), range(0xFE00, 0xFE10), range(0xFE20, 0xFE30)),
]
"""Marks that one can leave out: accents, and the points of Hebrew and Arabic. Those of others are vowels."""

_UNSPACED: Final = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")
"""First words of the names of letters that are written without spaces between words, or (Hangul) whose words
have endings."""


class Form(NamedTuple):
    """A text as it is searched, and the places in it where words can begin and end, in order."""

    text: str
    boundaries: tuple[int, ...]


class WordList:
    """A list of words, ready to be searched for.

    That takes time in proportion to the text alone, however many the words are: it looks into a set for what
    is between two boundaries, and where wildcards are, for each length of a word at each place.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._whole: set[str] = set()
        self._beginnings = _ByLength()
        self._endings = _ByLength()
        self._inside = _ByLength()
        for word in map(str.strip, words):
            if folded := fold(word.strip("*")):
                match word.startswith("*"), word.endswith("*"):
                    case True, True:
                        self._inside.add(folded)
                    case True, False:
                        self._endings.add(folded)
                    case False, True:
                        self._beginnings.add(folded)
                    case _:
                        self._whole.add(folded)
        self._longest = max(map(len, self._whole), default=0)

    def __bool__(self) -> bool:
        return bool(self._whole or self._beginnings.words or self._endings.words or self._inside.words)

    def finds(self, text: str) -> bool:
        """True if a text has one of the words."""
        return bool(self) and _finds(self, text)

    def spans(self, form: Form) -> Iterator[tuple[int, int]]:
        """Yield begin and end of each word in one of the `forms` of a text."""
        text, boundaries = form
        for index, begin in enumerate(boundaries):
            for end in boundaries[index + 1 :]:
                if end - begin > self._longest:
                    break
                if text[begin:end] in self._whole:
                    yield begin, end
        places = range(len(text) + 1)
        for begins, by_length in ((boundaries, self._beginnings), (places, self._inside)):
            for length in by_length.lengths:
                for begin in begins:
                    if text[begin : begin + length] in by_length.words:
                        yield begin, begin + length
        for length in self._endings.lengths:
            for end in boundaries:
                if end >= length and text[end - length : end] in self._endings.words:
                    yield end - length, end


class _ByLength:
    """Folded words, and the lengths that they have."""

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.lengths: set[int] = set()

    def add(self, word: str) -> None:
        self.words.add(word)
        self.lengths.add(len(word))


@functools.lru_cache(CACHED_RESULTS)
def _finds(words: WordList, text: str) -> bool:
    return any(True for form in forms(text) for _ in words.spans(form))


@functools.lru_cache(256)
def word_list(words: tuple[str, ...]) -> WordList:
    """Return the list of these words; the same one for the same words."""
    return WordList(words)


def is_word(text: str) -> bool:
    """True if `text` can be a word of a list."""
    return len(text) <= MAX_WORD_CHARS and bool(fold(text))


def fold(text: str) -> str:
    """Return a text without case, accents, width, invisible marks and punctuation, with single spaces."""
    return _spaced(_visible(text))


@functools.lru_cache(CACHED_TEXTS)
def forms(text: str) -> frozenset[Form]:
    """Return a text as it is searched: folded, also without disguises, and with spelled words joined."""
    visible = _visible(text)
    bare = _DISGUISED.sub(lambda match: match[0].translate(_DISGUISES), visible)
    spaced = {_spaced(visible), _spaced(bare)}
    return frozenset({*map(_form, spaced), *map(_joined, spaced)})


def _form(text: str, seams: Collection[int] = ()) -> Form:
    inner = (place for place in range(1, len(text)) if place in seams or _parts(text[place - 1 : place + 1]))
    return Form(text, (0, *inner, len(text)))


def _joined(spaced: str) -> Form:
    """Join spelled words. In them, every letter may be the first or last of a word: “a b a d”."""
    text, seams, end = "", set[int](), 0
    for spelled in _SPELLED.finditer(spaced):
        text += spaced[end : spelled.start()]
        letters = spelled[0].replace(" ", "")
        seams |= {len(text) + index for index in range(len(letters) + 1)}
        text, end = text + letters, spelled.end()
    return _form(text + spaced[end:], seams)


def _visible(text: str) -> str:
    """Return the letters and signs that one sees, each in one way."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    seen = "".join(char for char in decomposed if not _is_unseen(char))
    return unicodedata.normalize("NFC", seen).translate(_ALIKE)


def _spaced(visible: str) -> str:
    return " ".join("".join(" " if _is_separator(char) else char for char in visible).split())


@functools.lru_cache(4096)
def _is_unseen(char: str) -> bool:
    if char in _INVISIBLE or any(ord(char) in accents for accents in _ACCENTS):
        return True
    return unicodedata.category(char) in ("Cf", "Cc", "Cs") and not char.isspace()


@functools.lru_cache(4096)
def _is_separator(char: str) -> bool:
    return unicodedata.category(char)[0] in "PZC"


@functools.lru_cache(4096)
def _parts(pair: str) -> bool:
    """True unless two signs beside each other are of the same word."""
    return not (_joins(pair[0]) and _joins(pair[1]))


def _joins(char: str) -> bool:
    """True if the sign makes one word with the letters beside it."""
    is_letter = char.isalnum() or unicodedata.category(char)[0] == "M"
    return is_letter and not unicodedata.name(char, "").startswith(_UNSPACED)
