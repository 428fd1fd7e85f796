"""What stands on buttons, forms and menus fits there in every language (Discord developer documentation)."""

from __future__ import annotations

import pytest

from tests.words.test_catalogue import VALUE_CHARS, longest, patterns
from words.catalogue import LANGUAGES

TITLE = LABEL = 45
BUTTON = 80
MENU = 150

LIMITS = {
    "extend-seconds": LABEL + 2 * (VALUE_CHARS - len("600")),  # with its two numbers
    "extend-title": TITLE,
    "recording-title-continue": TITLE,
    "recording-title-melody": TITLE,
    "remix-title": TITLE,
    "steer-title": TITLE,
    "recording-words": LABEL,
    "remix-seed": LABEL,
    "remix-words": LABEL,
    "steer-words": LABEL,
    "about-invite": BUTTON,
    "card-button": BUTTON,
    "library-act": BUTTON,
    "library-older": BUTTON,
    "library-open": BUTTON,
    "privacy-delete": BUTTON,
    "library-placeholder": MENU,
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_on_buttons_forms_and_menus_fits_there(language: str) -> None:
    lengths = {key: longest(language, patterns(language)[key]) for key in LIMITS}
    assert {key: length for key, length in lengths.items() if length > LIMITS[key]} == {}
