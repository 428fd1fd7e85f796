"""Glossaries: words of music in other languages and what they are in English, one TOML file a language.

A table is a part of speech (see `Part`); a key is English, its value the forms of the other language with
commas between. Inflections that follow rules are added when a glossary is read. `english.toml` has the words
that mark a prompt as English and those that mark nothing, because they are at home in several languages.
"""

from __future__ import annotations

import enum
import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

FOLDER: Final = Path(__file__).with_name("glossaries")

JAPANESE: Final = "ja"
SPACED: Final = ("de", "es", "fr", "pt-BR")
"""Languages that put spaces between words, in the order in which they are tried."""

NO_PLURAL: Final = frozenset(("music", "percussion", "brass", "rain", "noise", "reverb", "love", "nature"))
"""English nouns without a plural; so are those that end in -s."""


class Part(enum.Enum):
    """A part of speech, as the tables are named."""

    NOUN = "nouns"
    ADJECTIVE = "adjectives"
    NUMBER = "numbers"
    ADVERB = "adverbs"
    """A word before an adjective: very, too."""
    WORD = "words"
    """Any other word; "-" stands for one that English leaves out."""
    PHRASE = "phrases"
    """Several words that stay together and are not inflected."""
    AFTER = "postpositions"
    """A word that stands after the noun, and in English before it."""
    OF = "of"
    """Joins two nouns that English joins the other way round."""
    NEGATOR = "negators"
    """Stands before what is not wanted: "no" before a noun only, "not" also before other words."""
    NEGATED = "negated"
    """Stands after what is not wanted."""


class Term(NamedTuple):
    """A word or phrase in English."""

    english: str
    part: Part


@dataclass(frozen=True, eq=False)
class Glossary:
    """The words of one language."""

    language: str
    exact: Mapping[tuple[str, ...], Term]
    """By the words of a form in lower case."""
    folded: Mapping[tuple[str, ...], Term]
    """By the same without accents, which people leave out."""
    adjectives: Mapping[str, Term]
    """German adjectives by their forms, some of which are nouns with a capital letter: laute, Laute."""
    notes: Mapping[str, str]
    """English names of notes."""
    accidentals: Mapping[str, str]
    modes: Mapping[str, str]
    longest: Mapping[str, int]
    """Words of the longest form that begins with a word, by that word without accents."""
    longest_sign: int
    """Characters of the longest word."""

    def find(self, words: tuple[str, ...]) -> Term | None:
        """Return the term for words in lower case, None if they are not known."""
        return self.exact.get(words) or self.folded.get(tuple(map(fold, words)))


@dataclass(frozen=True)
class English:
    """Words by which an English prompt is told from others."""

    marking: frozenset[str]
    """Words of English alone."""
    shared: frozenset[str]
    """Words at home in English and in others, which mark nothing."""
    international: frozenset[str]
    """Those of them that mean the same everywhere."""
    sounds: frozenset[str]
    """What a prompt may ask to leave out."""

    def has(self, word: str) -> bool:
        """True if a word in plain lower case, or its singular, is at home in English."""
        forms = (word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word))
        return any(form in self.marking or form in self.shared for form in forms)


@functools.lru_cache(4096)
def fold(text: str) -> str:
    """Return text in lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if unicodedata.category(sign) != "Mn")


@functools.cache
def glossary_of(language: str) -> Glossary:
    """Read the glossary of a language. Takes some milliseconds, once."""
    tables = _read(language)
    exact: dict[tuple[str, ...], Term] = {}
    inflected: dict[tuple[str, ...], Term] = {}
    adjectives: dict[str, Term] = {}
    for part in Part:
        for english, forms in tables.get(part.value, {}).items():
            term = Term("" if english == "-" else english, part)
            for form in _forms(forms):
                exact.setdefault(_words(form, language), term)
                for other, plural in _inflections(form, language, part):
                    inflected.setdefault(_words(other, language), _plural(term) if plural else term)
                    if language == "de" and part is Part.ADJECTIVE:
                        adjectives.setdefault(other.casefold(), term)
    if language != JAPANESE:
        for word in english_words().international:
            inflected.setdefault(_words(word, language), Term(word.replace("-", " "), Part.NOUN))
    exact = {**inflected, **exact}
    folded: dict[tuple[str, ...], Term] = {}
    for words, term in exact.items():
        folded.setdefault(tuple(map(fold, words)), term)
    longest: dict[str, int] = {}
    for first, *others in folded:
        longest[first] = max(longest.get(first, 0), 1 + len(others))
    keys = tables.get("keys", {})
    return Glossary(
        language=language,
        exact=exact,
        folded=folded,
        adjectives=adjectives,
        notes=_reversed(keys.get("notes", {})),
        accidentals=_reversed(keys.get("accidentals", {})),
        modes=_reversed(keys.get("modes", {})),
        longest=longest,
        longest_sign=max(len(word) for words in exact for word in words),
    )


@functools.cache
def english_words() -> English:
    """Read the words that mark English. Takes some milliseconds, once."""
    tables = _read("english")
    international = frozenset(tables["international"].split())
    shared = frozenset(_letters(f"{tables['international']} {tables['shared']}"))
    targets = " ".join(
        english
        for language in (*SPACED, JAPANESE)
        for part in Part
        for english in _read(language).get(part.value, {})
    )
    return English(
        marking=frozenset(_letters(f"{tables['common']} {targets}")) - shared,
        shared=shared,
        international=international,
        sounds=frozenset(" ".join(sound.split()) for sound in tables["sounds"].split(",")),
    )


@functools.cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _forms(text: str) -> list[str]:
    return [form.strip() for form in text.split(",")]


def _words(form: str, language: str) -> tuple[str, ...]:
    if language == JAPANESE:
        return (form,)
    return tuple(form.casefold().replace("-", " ").replace("’", "'").replace("'", " ").split())


def _letters(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())


def _reversed(table: Mapping[str, str]) -> dict[str, str]:
    return {fold(form): english for english, forms in table.items() for form in _forms(forms)}


def _plural(term: Term) -> Term:
    head = term.english.rpartition(" ")[2]
    if head.endswith("s") or head in NO_PLURAL:
        return term
    if re.search("[^aeiou]y$", head):
        return Term(f"{term.english[:-1]}ies", term.part)
    if head.endswith("man"):
        return Term(f"{term.english[:-2]}en", term.part)
    return Term(f"{term.english}{'es' if head.endswith(('sh', 'ch', 'x')) else 's'}", term.part)


def _inflections(form: str, language: str, part: Part) -> Iterable[tuple[str, bool]]:
    """Yield other forms of a word, each with whether it is the plural of a noun."""
    if " " in form and part is not Part.NOUN:
        return
    if language == "de":
        yield from ((other, False) for other in _german(form, part))
    elif language in SPACED:
        yield from _romance(form, language, part)


def _german(form: str, part: Part) -> Iterator[str]:
    if part is Part.ADJECTIVE:
        stems = [form]
        if form.endswith(("el", "er")):  # dunkel, dunkle
            stems.append(form[:-2] + form[-1])
        if form.endswith("e"):
            stems.append(form[:-1])
        endings = ("e", "er", "es", "en", "em")
        for stem in stems:
            yield from (f"{stem}{comparative}{end}" for comparative in ("", "er") for end in endings)
    elif part is Part.NOUN:
        yield from (form + ending for ending in ("s", "es", "n", "en", "e", "er", "ern"))


def _romance(form: str, language: str, part: Part) -> Iterator[tuple[str, bool]]:
    if part is Part.NOUN:
        yield from ((plural, True) for plural in _romance_plurals(form, language))
    elif part is Part.ADJECTIVE:
        for gendered in _romance_genders(form, language):
            yield gendered, False
            yield from ((plural, False) for plural in _romance_plurals(gendered, language))
            if language != "fr":
                yield f"{gendered}mente", False


def _romance_plurals(form: str, language: str) -> Iterator[str]:
    first, space, rest = form.partition(" ")  # the noun comes first: guitarra eléctrica
    adjective = f"{space}{rest}"
    ends = [f"{first}s", f"{first}es"]
    if language == "fr":
        ends = [f"{first}s", f"{first}x"]
        if first.endswith("al"):
            ends.append(f"{first[:-1]}ux")
    elif first.endswith("z"):
        ends.append(f"{first[:-1]}ces")
    elif language == "pt-BR" and first.endswith("ão"):
        ends += [f"{first[:-2]}ões", f"{first[:-2]}ãos"]
    elif language == "pt-BR" and first[-1:] == "l":
        ends += [f"{first[:-1]}is", f"{first[:-2]}eis"]
    elif language == "pt-BR" and first.endswith("m"):
        ends.append(f"{first[:-1]}ns")
    for end in ends:
        yield f"{end}{adjective}"
        if adjective and " " not in rest:
            yield f"{end}{adjective}s"


def _romance_genders(form: str, language: str) -> Iterator[str]:
    yield form
    if language == "fr":
        for ending, feminine in (
            ("eux", "euse"), ("if", "ive"), ("er", "ère"), ("el", "elle"), ("en", "enne"), ("on", "onne"),
            ("eur", "euse"), ("et", "ette"), ("c", "que"), ("f", "ve"), ("s", "sse"), ("", "e"),
        ):  # fmt: skip
            if form.endswith(ending):
                yield f"{form.removesuffix(ending)}{feminine}"
    elif form.endswith("o"):
        yield f"{form[:-1]}a"
    elif form.endswith(("or", "ón", "és", "ês")):
        yield f"{form}a"
