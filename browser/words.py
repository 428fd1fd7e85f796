"""The sentences of the page: each by the name that the page knows it by."""

from __future__ import annotations

from typing import Final

from words.text import Text

WORDS: Final = {
    "apps": Text("try-apps"),
    "attach": Text("try-attach"),
    "cancel": Text("try-cancel"),
    "choose": Text("try-choose"),
    "commands": Text("try-commands"),
    "deafen": Text("try-deafen"),
    "deafened": Text("try-deafened"),
    "faults": Text("try-faults"),
    "hear": Text("try-hear"),
    "join": Text("try-join"),
    "leave": Text("try-leave"),
    "level": Text("try-level"),
    "measured": Text(
        "try-measured",
        packets="{packets}",
        lost="{lost}",
        p99="{p99}",
        silent="{silent}",
        underruns="{underruns}",
        behind="{behind}",
        encrypted="{encrypted}",
    ),
    "members": Text("try-members"),
    "more-people": Text("try-more-people"),
    "muted": Text("try-muted"),
    "no": Text("try-no"),
    "number": Text("try-number"),
    "only-you": Text("try-only-you"),
    "optional": Text("try-optional"),
    "roles": Text("try-roles"),
    "say": Text("try-say"),
    "send": Text("try-send"),
    "servers": Text("try-servers"),
    "sound": Text("try-sound"),
    "spectrogram": Text("try-spectrogram"),
    "starting": Text("try-starting"),
    "taken": Text("try-taken"),
    "thinking": Text("try-thinking"),
    "too-large": Text("try-too-large"),
    "volume": Text("try-volume"),
    "yes": Text("try-yes"),
}
"""Some keep the page's own {places} for what it measures."""


def page_words(locale: str) -> dict[str, str]:
    """Return the sentences in a member's language."""
    return {key: text.in_(locale) for key, text in WORDS.items()}
