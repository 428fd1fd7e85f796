"""libopus, which discord.py brings along on Windows only."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import discord.opus

from audio.errors import BuskerError

OPUS_SILENCE: Final = b"\xf8\xff\xfe"
"""A frame of silence, the one that passes unencrypted (DAVE, "Silence Packets")."""


class OpusMissing(BuskerError):
    """No libopus could be loaded."""


def load_opus() -> str:
    """Make discord.py able to encode, and say with what, such as "libopus 1.5.2".

    The system's libopus is taken if there is one, else the one in PyAV's wheel, which need not be imported
    for that. Raises OpusMissing.
    """
    try:
        return discord.opus.Encoder.get_opus_version()  # loads the system's at first use
    except discord.opus.OpusNotLoaded:
        pass
    for library in _bundled():
        try:
            discord.opus.load_opus(str(library))
        except OSError:  # built for another machine
            continue
        return discord.opus.Encoder.get_opus_version()
    raise OpusMissing(
        "The Opus library was not found; install it (Debian: apt install libopus0, macOS: brew install opus) "
        "or reinstall PyAV with `pip install --force-reinstall --only-binary av av`."
    )


def _bundled() -> Iterator[Path]:
    """Copies of libopus in PyAV's wheel: beside the package on Linux, inside it on macOS."""
    found = importlib.util.find_spec("av")
    for folder in (found.submodule_search_locations or []) if found else []:
        package = Path(folder)
        yield from sorted(package.with_name("av.libs").glob("libopus-*.so*"))
        yield from sorted((package / ".dylibs").glob("libopus*.dylib"))
