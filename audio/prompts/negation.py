"""Ways of saying in English what is not wanted, turned into the one that models were taught: “no drums”."""

from __future__ import annotations

import functools
import re
from typing import Final

from audio.prompts.glossary import english_words

_NEVER: Final = r"(?:please\s+)?(?:do\s+not|don['’]?t|never)"
_ADD: Final = (
    r"(?:add|use|include|play|put(?:\s+in)?|want|need|like|have|give\s+me|bring(?:\s+in)?|insert|mix\s+in)"
)
_EXCLUDE: Final = (
    r"(?:please\s+)?(?:exclude|excluding|remove|removing|skip|avoid|avoiding|omit|omitting|leave\s+out|"
    r"leaving\s+out|take\s+out|get\s+rid\s+of|stay\s+away\s+from|free\s+(?:of|from)|w/o|zero|sans)"
)
_CUT: Final = r"(?:please\s+)?(?:without|cut\s+out|mute|ban)\s+the"
"""These mean something else without an article: mute piano."""

_TAUGHT: Final = {
    **dict.fromkeys(("beats", "drum kit", "drumming", "drum beat", "drum beats"), "drums"),
}
"""Names by which étude was taught what is to be left out, for others of the same."""

_NONE: Final = r"(?:none|no|off|false|0|without)"
_END: Final = r"(?=\s*(?:[,;.!)]|$))"
_PLEASE: Final = r"(?:\s*,?\s*(?:pls|plz|please)(?!\w))?"
_ARTICLE: Final = r"(?:(?:any|the|a|an|some|more)\s+){0,3}"


def plain_negations(prompt: str) -> str:
    """Return a prompt in which each unwanted sound is named as “no …”; all else stays as it is.

    étude was taught “no drums”, “without drums” and a few more, which stay. Of other ways it hears only the
    word “drums”, and adds them.
    """
    prompt = _bracketed().sub(_named_between_commas, prompt)
    for pattern in _patterns():
        prompt = pattern.sub(_named, prompt)
    return prompt


def _named(match: re.Match[str]) -> str:
    sounds = (_TAUGHT.get(sound.lower(), sound) for sound in match.groups() if sound)
    return " and ".join(f"no {sound}" for sound in sounds)


def _named_between_commas(match: re.Match[str]) -> str:
    before = ", " if match.start() else ""
    after = ", " if match.string[match.end() : match.end() + 1] not in ("", *".!?)]") else ""
    return f"{before}{_named(match)}{after}"


def _sound() -> str:
    longest_first = sorted(english_words().sounds, key=len, reverse=True)
    return rf"({'|'.join(map(re.escape, longest_first))})(?!\w)"


@functools.cache
def _bracketed() -> re.Pattern[str]:
    tag = rf"[\[({{]\s*{_sound()}\s*[:=]\s*{_NONE}\s*[\])}}]"
    return re.compile(rf"[\s,;]*{tag}[\s,;]*", re.IGNORECASE)


@functools.cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    sound = _sound()
    begin = r"(?<![\w/-])"
    sounds = rf"\s+{_ARTICLE}{sound}(?:\s+(?:or|and|nor)\s+{_ARTICLE}{sound})?{_PLEASE}"
    patterns = (
        rf"{begin}(?:(?:i|we|you)\s+)?{_NEVER}\s+{_ADD}{sounds}",
        rf"{begin}{_EXCLUDE}{sounds}",
        rf"{begin}{_CUT}\s+{sound}{_PLEASE}",
        rf"{begin}{sound}(?:\s*[:=]\s*{_NONE}|\s+off|[-\s]free){_END}",
        rf"{begin}{sound}-free(?!\w)",
        rf"{begin}{_ARTICLE}{sound}\s+(?:are|is)\s+(?:forbidden|banned|not\s+(?:allowed|wanted)|unwanted)",
        rf"{begin}(?:no|without(?:\s+any)?)\s+({'|'.join(_TAUGHT)})(?!\w)",
    )
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
