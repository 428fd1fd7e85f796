"""The catalogue: one Fluent file a language, read when the language is first spoken."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import babel
from babel.lists import format_list
from fluent.runtime import FluentBundle, FluentResource

ENGLISH: Final = "en"
FOLDER: Final = Path(__file__).parent
LANGUAGES: Final = tuple(sorted(file.stem for file in FOLDER.glob("*.ftl")))
"""Codes as Discord writes them, or the part before the hyphen where one file serves several."""

MAX_NUMBER: Final = 10**15
"""Numbers from here on are written with an exponent: babel cannot group more than 28 digits."""


def language_of(locale: str) -> str:
    """The language spoken for a locale such as "es-419": its own, that of its first part, or English."""
    return next((code for code in (locale, locale.partition("-")[0]) if code in LANGUAGES), ENGLISH)


def worded(key: str, values: Mapping[str, str | int | float], locale: str) -> str:
    """A message, or its attribute as `message.attribute`, with `values` put in.

    Raises LookupError where the message or a value is missing.
    """
    bundle = _bundle(language_of(locale))
    name, _, attribute = key.partition(".")
    message = bundle.get_message(name)  # raises LookupError
    pattern = message.attributes[attribute] if attribute else message.value
    if pattern is None:
        raise LookupError(key)
    writable = {name: value if isinstance(value, str) else _writable(value) for name, value in values.items()}
    words, errors = bundle.format_pattern(pattern, writable)
    if errors:
        raise LookupError(f"{key}: {errors[0]}")
    return str(words)


def listed(items: Sequence[str], locale: str) -> str:
    """Some things in one sentence: “a, b, and c”."""
    return format_list(items, locale=babel.Locale.parse(language_of(locale), sep="-"))


def _writable(number: float) -> str | int | float:
    """Return a number that every language can write, or text for one that none can."""
    if abs(number) < MAX_NUMBER:
        return number + 0  # the sum makes -0.0 a 0
    return f"{Decimal(number):.3g}".replace("Infinity", "∞")


@functools.cache
def _bundle(language: str) -> FluentBundle:
    # without marks of isolation: every language here is written from left to right
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource((FOLDER / f"{language}.ftl").read_text(encoding="utf-8")))
    return bundle
