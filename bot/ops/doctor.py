"""`python -m bot doctor`: what is missing on this machine, and what to do about each thing."""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audio.engine import EngineInfo
from audio.errors import BuskerError
from audio.playout.opus import load_opus
from bot.config.engine_factory import engine_of
from bot.config.settings import DEFAULT_PATH, Settings, load
from bot.config.tokens import checked_token, redact
from bot.errors import SettingsError, TokenError
from bot.store.repository import Store
from bot.voice.realtime import granted

GIB: Final = 2**30
MIN_FREE_BYTES: Final = GIB
"""Room for an evening of tracks; a checkpoint from the hub needs 2 to 14 GB besides."""

VOICE_PACKAGES: Final = {"discord.py": "discord", "PyNaCl": "nacl", "davey": "davey"}
"""What Discord's encrypted voice takes: names of packages and of their modules."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `sentence` says what is there, or what to do about what is not."""

    subject: str
    well: bool
    sentence: str

    def __str__(self) -> str:
        return f"{'ok' if self.well else 'FAIL':<4}  {self.subject:<10}  {self.sentence}"


def doctor(path: Path | None = None) -> int:
    """Check everything, print a line for each thing, and say by the exit status whether all is well."""
    failed: list[str] = []
    for finding in examine(path):
        print(redact(str(finding)), flush=True)
        if not finding.well:
            failed.append(finding.subject)
    print(_verdict(failed))
    return 1 if failed else 0


def examine(path: Path | None = None) -> Iterator[Finding]:
    """The findings, each as soon as it is known; the last ones take the time of loading the model."""
    yield Finding(
        "python", True, f"{platform.python_version()} on {platform.system()}, {platform.machine()}."
    )
    try:
        settings = load(path)
        file = path or DEFAULT_PATH
        yield Finding(
            "settings", True, f"{file} is read." if file.exists() else "No file: the defaults hold."
        )
    except SettingsError as error:
        yield Finding("settings", False, f"{error} What follows is checked with the defaults.")
        settings = Settings.model_construct()
    else:
        yield token_finding(settings)
    yield opus_finding()
    yield priority_finding()
    for package, module in VOICE_PACKAGES.items():
        yield package_finding(package, module)
    yield folder_finding(settings.tracks.folder)
    yield disk_finding(settings.tracks.folder, shutil.disk_usage(_existing(settings.tracks.folder)).free)
    yield store_finding(settings.store.path)
    yield from engine_findings(settings)


def token_finding(settings: Settings) -> Finding:
    """Whether the token could be one; whether Discord knows it only `run` finds out."""
    try:
        checked_token(settings.token.get_secret_value())
    except TokenError as error:
        return Finding("token", False, str(error))
    return Finding("token", True, "It is there and has the right shape.")


def opus_finding() -> Finding:
    """Whether sound can be encoded."""
    try:
        return Finding("libopus", True, f"{load_opus()}.")
    except BuskerError as error:
        return Finding("libopus", False, str(error))


def priority_finding() -> Finding:
    """Whether who sends sound is woken before all others. Nothing fails without."""
    if granted():
        return Finding("priority", True, "The system grants real-time priority to who sends sound.")
    return Finding(
        "priority",
        True,
        "The system grants no real-time priority: packets may be some ms late beside a busy engine. Docker "
        "grants it with `--ulimit rtprio=1`, systemd with `LimitRTPRIO=1`.",
    )


def package_finding(package: str, module: str) -> Finding:
    """Whether a package that voice needs can be imported, and which version it is."""
    try:
        importlib.import_module(module)
        return Finding(package, True, f"{importlib.metadata.version(package)}.")
    except ImportError as error:  # which PackageNotFoundError is, too
        return Finding(package, False, f"It cannot be imported ({error}): run `make setup`.")


def folder_finding(folder: Path) -> Finding:
    """Whether tracks can be written into `folder`, which need not exist yet."""
    place = _existing(folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            return Finding("folder", True, f"{folder} can be written to.")
    except OSError as error:
        why = error.strerror or str(error)
        sentence = f"{folder} cannot be written to ({why}): change its owner or `tracks.folder`."
        return Finding("folder", False, sentence)


def disk_finding(folder: Path, free_bytes: int) -> Finding:
    """Whether the disk of `folder` has room."""
    free = f"{free_bytes / GIB:.1f} GiB are free for {folder}"
    if free_bytes < MIN_FREE_BYTES:
        return Finding("disk", False, f"Only {free}: make room for {MIN_FREE_BYTES / GIB:.0f} GiB.")
    return Finding("disk", True, f"{free}.")


def store_finding(path: Path) -> Finding:
    """Whether what Busker remembers can be read; an older file is brought up to date, as a start does."""
    if not path.exists():
        return Finding("store", True, f"{path} is made at the first start.")
    try:
        asyncio.run(_opened(path))
    except BuskerError as error:
        return Finding("store", False, str(error))
    return Finding("store", True, f"{path} is read.")


async def _opened(path: Path) -> None:
    store = Store(path)
    try:
        await store.open()
    finally:
        await store.close()


def engine_findings(settings: Settings) -> Iterator[Finding]:
    """Whether the model loads, where it runs, and how fast it is."""
    try:
        info = asyncio.run(_info(settings))
    except BuskerError as error:
        yield Finding("model", False, str(error))
        return
    yield Finding("model", True, f"{info.checkpoint} ({info.licence}), revision {info.revision}.")
    yield Finding("device", True, f"{info.device}.")
    yield speed_finding(info.speed, settings.music.default_seconds)


def speed_finding(speed: float, seconds: float) -> Finding:
    """What the speed means for who listens. A slow model is no failure: it only makes them wait."""
    if speed >= 1:
        return Finding("speed", True, f"{speed:.1f} times real time: music starts after the first chunk.")
    wait = seconds * (1 / speed - 1)
    return Finding(
        "speed",
        True,
        f"{speed:.2f} times real time: a piece of {seconds:g} s starts after about {wait:.0f} s, so that it "
        "plays without a gap; a smaller checkpoint or a GPU starts sooner.",
    )


async def _info(settings: Settings) -> EngineInfo:
    async with engine_of(settings) as engine:
        return engine.info


def _verdict(failed: list[str]) -> str:
    if not failed:
        return "All is well: `run` can start."
    if failed == ["token"]:
        return "`run` cannot start without a token; `rehearse` and `compose` can."
    return f"Not well: {', '.join(failed)}."


def _existing(folder: Path) -> Path:
    """`folder`, or the nearest one above it that exists."""
    whole = folder.absolute()
    return next(place for place in (whole, *whole.parents) if place.exists())
