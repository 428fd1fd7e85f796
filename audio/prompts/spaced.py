"""Prompts in languages with spaces between words, turned into English with the words of a glossary."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from audio.prompts.glossary import Glossary, Part, Term, english_words, fold

MIN_COMPOUND_PART: Final = 3
"""Letters of the shortest part of a German compound."""

MAX_COMPOUND: Final = 40
"""Letters of the longest German compound that is taken apart."""

_TOKEN = re.compile(r"[“„][^“”„]*[“”]|«[^«»]*»|\"[^\"]*\"|\d\d(?:er|ers|s)\b|[^\W\d_]+|\d+(?:[.,]\d+)*")
_JOINTS: Final = frozenset(" -'’–")
"""Signs between the words of one term."""

_ENGLISH_MODES: Final = ("minor", "major", "min", "maj")
_ENGLISH_NOTE = re.compile("[A-Ga-g]b?")


class Token(NamedTuple):
    """A word, a number or something in quotation marks, and the signs before it."""

    gap: str
    text: str
    starts_sentence: bool

    @property
    def word(self) -> bool:
        """True if it has letters and is not quoted."""
        return self.text[-1].isalpha()


@dataclass(frozen=True, slots=True)
class Found:
    """Tokens that are a term, or one token that is none."""

    tokens: tuple[Token, ...]
    term: Term | None

    @property
    def part(self) -> Part | None:
        """The part of speech."""
        return None if self.term is None else self.term.part

    @property
    def gap(self) -> str:
        """The signs before it."""
        return self.tokens[0].gap

    @property
    def source(self) -> str:
        """The tokens as they were typed."""
        return self.tokens[0].text + "".join(f"{token.gap}{token.text}" for token in self.tokens[1:])

    @property
    def english(self) -> str:
        """In English, or as it was typed; a word that is the same in English keeps its spelling."""
        if self.term is None:
            return self.source
        lower = self.source.lower()
        return lower if "-" in lower and lower.replace("-", " ") == self.term.english else self.term.english

    @property
    def kept(self) -> bool:
        """True if it stays as it was typed, but for capitals."""
        return self.english.lower() == self.source.lower()

    @property
    def left_out(self) -> bool:
        """True if English has no word for it."""
        return self.term is not None and not self.term.english


class _Part(NamedTuple):
    """A part of the English prompt."""

    gap: str
    """The signs before it."""
    english: str
    kept: bool
    """True if it is as it was typed."""


def find_terms(prompt: str, glossary: Glossary) -> list[Found]:
    """Return the terms of a prompt in order, the longest at each place, and the tokens that are none."""
    tokens = list(_tokens(prompt))
    found = []
    place = 0
    while place < len(tokens):
        one = _key(tokens, place, glossary) or _longest(tokens, place, glossary)
        found.append(one)
        place += len(one.tokens)
    return found


def evidence(found: Sequence[Found], glossary: Glossary) -> tuple[int, int, bool]:
    """Return how many words are of this language alone, how many are English, and if any has a meaning.

    In languages that write nouns small, a capital within a sentence is a name and proves nothing.
    """
    words = english_words()
    ours = english = 0
    meaning = False
    for one in found:
        plain = [fold(token.text) for token in one.tokens if token.word]
        if one.term is None:
            english += sum(word in words.marking for word in plain)
        elif (
            not one.kept
            and not all(map(words.has, plain))
            and not (glossary.language != "de" and all(_is_name(token) for token in one.tokens))
        ):
            ours += len(plain)
            meaning = meaning or one.part not in (Part.WORD, Part.OF, Part.NUMBER)
    return ours, english, meaning


def to_english(found: Sequence[Found], rest: str, glossary: Glossary) -> str:
    """Return the terms in English order, with `rest` after them."""
    parts: list[_Part] = []
    place = 0
    romance = glossary.language != "de"
    while place < len(found):
        one = found[place]
        begin = place
        if one.part is Part.NEGATOR:
            english, place = _negation(found, place, romance=romance)
        elif (noun := _noun_phrase(found, place, romance=romance)) is not None:
            english, place = noun
            after = _skip_left_out(found, place)
            if after < len(found) and found[after].part is Part.NEGATED:
                english, place = f"no {english}", after + 1
        else:
            english, place = one.english, place + 1
            if english == "of the" and not _after_noun(found, begin):
                english = ""  # as in “avec du piano”
        parts.append(_Part(one.gap, english, kept=place == begin + 1 and one.kept))
    return _joined(parts, rest)


def _after_noun(found: Sequence[Found], place: int) -> bool:
    return place > 0 and _follows(found, place) and found[place - 1].part in (Part.NOUN, Part.ADJECTIVE, None)


def unknown_words(found: Sequence[Found], glossary: Glossary) -> tuple[str, ...]:
    """Return the words that are neither terms nor English nor names, each once."""
    words = english_words()
    unknown = []
    for one in found:
        (token, *_) = one.tokens
        plain = fold(token.text)
        if one.term is not None or not token.text[0].isalpha() or len(plain) < 2 or words.has(plain):
            continue
        if glossary.language == "de" or not _is_name(token):
            unknown.append(token.text)
    return tuple(dict.fromkeys(unknown))


def tail_of(prompt: str) -> str:
    """Return the signs after the last token."""
    end = 0
    for match in _TOKEN.finditer(prompt):
        end = match.end()
    return prompt[end:]


def _tokens(prompt: str) -> Iterator[Token]:
    end = 0
    for match in _TOKEN.finditer(prompt):
        gap = prompt[end : match.start()]
        yield Token(gap, match[0], starts_sentence=not end or bool(set(gap) & set(".!?\n")))
        end = match.end()


def _is_name(token: Token) -> bool:
    return not token.starts_sentence and token.text[0].isupper() and not token.text[1:].isupper()


def _joined_words(tokens: Sequence[Token], place: int, most: int) -> list[Token]:
    """Return up to `most` words from `place` on that only joints separate."""
    words = [tokens[place]]
    for token in tokens[place + 1 : place + most]:
        if not (token.text[0].isalnum() and token.gap and set(token.gap) <= _JOINTS):
            break
        words.append(token)
    return words


def _longest(tokens: Sequence[Token], place: int, glossary: Glossary) -> Found:
    first = tokens[place]
    if not first.text[0].isalnum():
        return Found((first,), None)
    words = _joined_words(tokens, place, glossary.longest.get(fold(first.text), 1))
    lower = tuple(token.text.casefold() for token in words)
    if (
        first.text == lower[0]
        and len(lower) == 1
        and (adjective := glossary.adjectives.get(lower[0])) is not None
    ):
        return Found((first,), adjective)
    for length in range(len(words), 0, -1):
        if (term := glossary.find(lower[:length])) is not None:
            return Found(tuple(words[:length]), term)
    term = _compound(lower[0], glossary) if glossary.language == "de" else None
    return Found((first,), term)


@functools.lru_cache(1024)
def _compound(word: str, glossary: Glossary) -> Term | None:
    """Return a German compound as the words that it is made of, the longest first part first."""
    if len(word) > MAX_COMPOUND:
        return None
    for spelling in dict.fromkeys((word, word.replace("ae", "ä").replace("oe", "ö").replace("ue", "ü"))):
        if (term := glossary.find((spelling,))) is not None:
            return term
        if (parts := _parts(spelling, glossary, {})) is not None:
            *first, last = (part.english for part in parts)
            return Term(" ".join([*map(_singular, first), last]), parts[-1].part)
    return None


def _singular(english: str) -> str:
    """Return the singular of an English noun before another: guitar solo."""
    singular = english.removesuffix("s")
    return singular if singular in english_words().marking else english


def _parts(word: str, glossary: Glossary, rests: dict[str, list[Term] | None]) -> list[Term] | None:
    """Return the parts of a word, None if it has none; `rests` remembers those of its endings."""
    if word in rests:
        return rests[word]
    rests[word] = None
    for cut in range(len(word) - MIN_COMPOUND_PART, MIN_COMPOUND_PART - 1, -1):
        first = glossary.find((word[:cut],))
        if first is None or first.part not in (Part.NOUN, Part.ADJECTIVE, Part.NUMBER) or not first.english:
            continue
        last = glossary.find((word[cut:],))
        if last is not None and last.part in (Part.NOUN, Part.ADJECTIVE) and last.english:
            rests[word] = [first, last]
        elif (rest := _parts(word[cut:], glossary, rests)) is not None:
            rests[word] = [first, *rest]
        if rests[word] is not None:
            break
    return rests[word]


def _key(tokens: Sequence[Token], place: int, glossary: Glossary) -> Found | None:
    """Return a key such as “a-Moll”, “fa sostenido menor”, “F# mineur” or “A minor”."""
    typed = tokens[place].text
    sign, rest = "", tokens[place + 1 : place + 3]
    if rest and (accidental := glossary.accidentals.get(fold(rest[0].text))) is not None:
        sign, rest = f" {accidental}", rest[1:]
    if not rest or not set(rest[0].gap) <= _JOINTS | set("#♯♭"):
        return None
    key = tuple(tokens[place : place + 2 + bool(sign)])
    mode = fold(rest[0].text)
    if mode in _ENGLISH_MODES and _ENGLISH_NOTE.fullmatch(typed):
        return Found(key, Term(Found(key, None).source, Part.PHRASE))
    note = glossary.notes.get(fold(typed))
    if note is None or (len(typed) == 1 and typed.islower() and glossary.language != "de"):
        return None  # “a menor volumen”
    if mode not in glossary.modes:
        return None
    sign = {"#": " sharp", "♯": " sharp", "♭": " flat"}.get(rest[0].gap.strip(" -–")[:1], sign)
    return Found(key, Term(f"{note}{sign} {glossary.modes[mode]}", Part.PHRASE))


def _negation(found: Sequence[Found], place: int, *, romance: bool) -> tuple[str, int]:
    """Return what a negator and the noun after it are in English, and the place after them."""
    negator = found[place].english
    noun_place = _skip_left_out(found, place + 1, articles=True)
    noun = _noun_phrase(found, noun_place, romance=romance) if not _ends(found, noun_place) else None
    if noun is None:
        if negator != "not" and _ends(found, place + 1):
            return "none", place + 1  # as in “drums: none”
        return negator, place + 1
    english, place = noun
    text = f"{'no' if negator == 'not' else negator} {english}"
    while place + 1 < len(found) and found[place].english in ("and", "or") and found[place].gap == " ":
        noun_place = _skip_left_out(found, place + 1, articles=True)
        noun = _noun_phrase(found, noun_place, romance=romance)
        if noun is None or noun[1] != noun_place + 1:  # with an adjective it may be wanted
            break
        text, place = f"{text} and no {noun[0]}", noun[1]
    return text, place


def _ends(found: Sequence[Found], place: int) -> bool:
    return place >= len(found) or bool(set(found[place].gap) & set(",;.:!?()[]/\n"))


def _skip_left_out(found: Sequence[Found], place: int, *, articles: bool = False) -> int:
    while place < len(found) and set(found[place].gap) <= _JOINTS:
        one = found[place]
        skipped = one.left_out or (articles and (one.part is Part.OF or one.english in ("a", "any")))
        if not skipped:
            break
        place += 1
    return place


def _noun_phrase(found: Sequence[Found], place: int, *, romance: bool) -> tuple[str, int] | None:
    """Return a noun with its adjectives in English order and the place after them, None if there is none."""
    before, place = _adjectives(found, place)
    if place >= len(found) or found[place].part is not Part.NOUN or (before and not _follows(found, place)):
        return None
    nouns = [found[place]]
    place += 1
    while _follows(found, place) and found[place].part is Part.NOUN:
        nouns.append(found[place])
        place += 1
    if not romance:
        return " ".join([*before, *(noun.english for noun in nouns)]), place
    if nouns[0].term is not None and fold(nouns[0].source) != fold(nouns[0].term.english):
        nouns.reverse()  # música techno
    after, place = _adjectives_after(found, place)
    words = [*before, *after]
    if place + 1 < len(found) and _follows(found, place) and found[place].part is Part.OF:
        owner = _noun_phrase(found, place + 1, romance=True) if _follows(found, place + 1) else None
        if owner is not None:  # solo de guitarra
            words.append(owner[0])
            place = owner[1]
    return " ".join([*words, *(noun.english for noun in nouns)]), place


def _follows(found: Sequence[Found], place: int) -> bool:
    return place < len(found) and set(found[place].gap) <= _JOINTS


def _adjectives(found: Sequence[Found], place: int, most: int = 9) -> tuple[list[str], int]:
    """Return adjectives and numbers from `place` on, with the adverbs before them."""
    words: list[str] = []
    end = place
    while most and (end == place or _follows(found, end)):
        most -= 1
        ahead = end
        while _part(found, ahead) is Part.ADVERB:
            ahead += 1
        if _part(found, ahead) not in (Part.ADJECTIVE, Part.NUMBER):
            break
        words += [one.english for one in found[end : ahead + 1]]
        end = ahead + 1
    return words, end


def _part(found: Sequence[Found], place: int) -> Part | None:
    return found[place].part if place < len(found) else None


def _adjectives_after(found: Sequence[Found], place: int) -> tuple[list[str], int]:
    """Return the adjectives after a noun: the nearest one last, but those that “and” joins in their order."""
    words: list[str] = []
    while _follows(found, place):
        joined = bool(words) and found[place].english == "and"
        more, end = _adjectives(found, place + joined, most=1)
        if not more or (joined and _follows(found, end) and found[end].part is Part.NOUN):
            break
        words = [*words, "and", *more] if joined else [*more, *words]
        place = end
    return words, place


def _joined(parts: Sequence[_Part], rest: str) -> str:
    """Return parts with the signs between them; words that English leaves out leave no gap."""
    text, pending, kept = "", "", True
    for part in parts:
        gap = pending + part.gap
        if not part.english:
            pending = gap
            continue
        pending = ""
        if set(gap) <= _JOINTS and not (part.kept and kept):
            gap = " "
        text, kept = f"{text}{gap}{part.english}", part.kept
    text = " ".join(f"{text}{pending.rstrip(' -–')}{rest}".split())
    text = re.sub(r"\s+([,.;:!?)\]])", r"\1", text).strip("'’ ")
    return re.sub(r"\ba (?=[aeio]|8)", "an ", text)
