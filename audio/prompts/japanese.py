"""Prompts in Japanese, which puts no spaces between words, in English by the words of a glossary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from audio.prompts.glossary import Glossary, Part

_JAPANESE = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]|[\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff\uff66-\uff9f]")
_QUOTED = re.compile(r"「[^」]*」|『[^』]*』|“[^”]*”|\"[^\"]*\"")
_KEY = re.compile(r"(嬰|変)?([イロハニホヘトいろはにほへと])([長短])調")
_LATIN_KEY = re.compile(r"([A-Ga-g])\s*([#♯b♭]|シャープ|フラット)?\s*(マイナー|メジャー|短調|長調)")
_TEMPO = re.compile(r"(?:毎分|一分間に|1分間に)\s*(\d+)\s*(?:拍|ビート|回)?|(\d+)\s*拍/分")
_COUNTED = re.compile(r"(\d+)\s*(?:本|台|人|つ|声|部|弦)の")
_OTHER = re.compile(r"[^\u3040-\u30ff\u4e00-\u9fff、。・!?/〜~]+")
_PUNCTUATION: Final = {
    "、": ", ", "。": ". ", "・": " ", "〜": " ", "~": " ", "!": "! ", "?": "? ", "/": " / ",
}  # fmt: skip

_NOTES: Final = dict(zip("イロハニホヘトいろはにほへと", "ABCDEFGABCDEFG", strict=True))
_MODES: Final = {
    **dict.fromkeys(("長", "長調", "メジャー"), "major"),
    **dict.fromkeys(("短", "短調", "マイナー"), "minor"),
}
_SIGNS: Final = {
    **dict.fromkeys(("嬰", "シャープ"), " sharp"),
    **dict.fromkeys(("変", "フラット"), " flat"),
    **dict.fromkeys(("#", "♯"), "#"),
    **dict.fromkeys(("b", "♭"), "b"),
}


class _Piece(NamedTuple):
    text: str
    part: Part | None
    """None for what is no term: other letters, numbers, punctuation and words that are not known."""


def has_signs(prompt: str) -> bool:
    """True if a prompt has signs of Japanese, which may be Chinese ones."""
    return _JAPANESE.search(prompt) is not None


def has_kana(prompt: str) -> bool:
    """True if a prompt has signs that only Japanese has."""
    return _KANA.search(prompt) is not None


def to_english(prompt: str, glossary: Glossary) -> tuple[str, tuple[str, ...]]:
    """Return a prompt in English, and the words of it that are not known."""
    pieces = _postpositions_before(_negated(list(_pieces(prompt, glossary))))
    unknown = (piece.text for piece in pieces if piece.part is None and _JAPANESE.match(piece.text))
    text = ""
    for piece in pieces:
        if not piece.text:
            continue
        joined = piece.part is None and piece.text.startswith((",", ".", "!", "?", " "))
        text += piece.text if joined or not text else f" {piece.text}"
    text = re.sub(r"\s+([,.;:!?)\]])", r"\1", " ".join(text.split()))
    text = re.sub(r"(?:,\s*)+(?=[,.;])", "", text)
    return re.sub(r"(?<=[([]) +", "", text).strip(" ,"), tuple(dict.fromkeys(unknown))


def _pieces(prompt: str, glossary: Glossary) -> Iterator[_Piece]:
    text = unicodedata.normalize("NFKC", prompt)
    place = 0
    unknown = ""
    while place < len(text):
        piece, length = _at(text, place, glossary)
        if piece is None:
            unknown += text[place]
            place += 1
            continue
        if unknown:
            yield _Piece(unknown, None)
            unknown = ""
        yield piece
        place += length
    if unknown:
        yield _Piece(unknown, None)


def _at(text: str, place: int, glossary: Glossary) -> tuple[_Piece | None, int]:
    """Return the piece that begins at `place` and its length; None for a Japanese letter that begins none."""
    if (quoted := _QUOTED.match(text, place)) is not None:
        return _Piece(quoted[0], None), len(quoted[0])
    if (key := _KEY.match(text, place)) is not None:
        sign, note, mode = key.groups()
        return _Piece(f"{_NOTES[note]}{_SIGNS.get(sign, '')} {_MODES[mode]}", Part.PHRASE), len(key[0])
    if (key := _LATIN_KEY.match(text, place)) is not None:
        note, sign, mode = key.groups()
        return _Piece(f"{note.upper()}{_SIGNS.get(sign, '')} {_MODES[mode]}", Part.PHRASE), len(key[0])
    if (tempo := _TEMPO.match(text, place)) is not None:
        return _Piece(f"{tempo[1] or tempo[2]} bpm", Part.PHRASE), len(tempo[0])
    if (counted := _COUNTED.match(text, place)) is not None:
        return _Piece(counted[1], Part.NUMBER), len(counted[0])
    for length in range(min(glossary.longest_sign, len(text) - place), 0, -1):
        if (term := glossary.exact.get((text[place : place + length].casefold(),))) is not None:
            return _Piece(term.english, term.part), length
    if text[place] in _PUNCTUATION:
        return _Piece(_PUNCTUATION[text[place]], None), 1
    if _JAPANESE.match(text[place]) is None and text[place] != "ー":
        if (other := _OTHER.match(text, place)) is not None:
            return _Piece(other[0], None), len(other[0])
        return _Piece(text[place], None), 1
    return None, 1


def _negated(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Turn what stands before “なし” and its like into “no …”, also two nouns that “と” or “や” joins."""
    result: list[_Piece] = []
    for piece in pieces:
        if piece.part is not Part.NEGATED:
            result.append(piece)
            continue
        end = len(result)
        while end and not result[end - 1].text:  # particles
            end -= 1
        begin = end - 1
        if begin < 0 or result[begin].part not in (Part.NOUN, Part.ADJECTIVE):
            continue
        if result[begin].part is Part.ADJECTIVE:  # 激しくない
            result[begin:] = [_Piece(f"not {result[begin].text}", Part.PHRASE)]
            continue
        while begin and result[begin - 1].part is Part.ADJECTIVE:
            begin -= 1
        if begin > 1 and result[begin - 1].text == "and" and result[begin - 2].part is Part.NOUN:
            result[begin - 2] = _Piece(f"no {result[begin - 2].text}", Part.PHRASE)
        noun = " ".join(one.text for one in result[begin:end])
        result[begin:] = [_Piece(f"no {noun}", Part.PHRASE), _Piece(", ", None)]
    return result


def _postpositions_before(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Put what Japanese says after a noun before it and its adjectives: “with”, “like”, “for”."""
    result: list[_Piece] = []
    for piece in pieces:
        if piece.part is not Part.AFTER:
            result.append(piece)
            continue
        begin = len(result)
        while begin and (result[begin - 1].part in (Part.NOUN, Part.ADJECTIVE) or not result[begin - 1].text):
            begin -= 1
        if begin == len(result) and begin:
            begin -= 1
        result.insert(begin, piece)
    return result
