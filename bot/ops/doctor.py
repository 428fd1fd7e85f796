"""`python -m bot doctor`: checks what this machine lacks, and says how to fix it."""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import platform
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audio.engine import EngineInfo
from audio.errors import BuskerError
from audio.playout.opus import load_opus
from bot.config.engine_factory import running_engine
from bot.config.loading import load
from bot.config.settings import DEFAULT_PATH, Settings
from bot.config.tokens import checked_token, redact
from bot.errors import SettingsError, TokenError
from bot.ops.expectation import expectation
from bot.store.private import is_private
from bot.store.repository import Store
from bot.voice.realtime import granted

GIB: Final = 2**30
MIN_FREE_BYTES: Final = GIB
"""Space for about 500 tracks of 30 s; a checkpoint from the hub needs another 2 to 14 GB."""

VOICE_PACKAGES: Final = {"discord.py": "discord", "PyNaCl": "nacl", "davey": "davey"}
"""Packages that Discord's encrypted voice needs, with the module that each provides."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one check: `sentence` describes what is there, or how to fix what is missing."""

    subject: str
    ok: bool
    sentence: str

    def __str__(self) -> str:
        return f"{'ok' if self.ok else 'FAIL':<4}  {self.subject:<10}  {self.sentence}"


def doctor(path: Path | None = None) -> int:
    """Run every check and print one line each. Return the exit status: 0 if all passed, else 1."""
    failed: list[str] = []
    for finding in examine(path):
        print(redact(str(finding)), flush=True)
        if not finding.ok:
            failed.append(finding.subject)
    print(_summary(failed))
    return 1 if failed else 0


def examine(path: Path | None = None) -> Iterator[Finding]:
    """Yield each finding as soon as it is known. The last ones wait until the model has loaded."""
    yield Finding(
        "python", True, f"{platform.python_version()} on {platform.system()}, {platform.machine()}."
    )
    try:
        settings = load(path)
        file = path or DEFAULT_PATH
        yield settings_finding(file)
    except SettingsError as error:
        yield Finding("settings", False, f"{error} The checks below use the defaults.")
        settings = Settings.model_construct()
    else:
        yield token_finding(settings)
    yield opus_finding()
    yield priority_finding()
    for package, module in VOICE_PACKAGES.items():
        yield package_finding(package, module)
    yield folder_finding(settings.tracks.folder)
    yield disk_finding(
        settings.tracks.folder, shutil.disk_usage(_nearest_existing(settings.tracks.folder)).free
    )
    yield store_finding(settings.store.path)
    yield from engine_findings(settings)


def settings_finding(file: Path) -> Finding:
    """Report the settings file, which was read. Fails if it holds a token that others can read."""
    if not file.exists():
        return Finding("settings", True, "No file: the defaults apply.")
    if is_private(file):
        return Finding("settings", True, f"{file} is read.")
    readable = f"Other users of this machine can read {file}"
    if not tomllib.loads(file.read_text(encoding="utf-8-sig")).get("token"):
        return Finding("settings", True, f"{file} is read. {readable}: put no token into it.")
    return Finding("settings", False, f"{readable}, and with it the token: run `chmod 600 {file}`.")


def token_finding(settings: Settings) -> Finding:
    """Check the shape of the token. Only `run` learns if Discord accepts it."""
    try:
        checked_token(settings.token.get_secret_value())
    except TokenError as error:
        return Finding("token", False, str(error))
    sentence = "It is set and has the right shape."
    if settings.token_file and not is_private(Path(settings.token_file)):  # fine within a container
        sentence += f" Other users of this machine can read {settings.token_file}: run `chmod 400` on it."
    return Finding("token", True, sentence)


def opus_finding() -> Finding:
    """Check that libopus, which encodes the sound, can be loaded."""
    try:
        return Finding("libopus", True, f"{load_opus()}.")
    except BuskerError as error:
        return Finding("libopus", False, str(error))


def priority_finding() -> Finding:
    """Check for real-time priority of the sending thread. Passes without it, with advice."""
    if granted():
        return Finding("priority", True, "The system grants real-time priority to the sending thread.")
    return Finding(
        "priority",
        True,
        "The system grants no real-time priority: packets may be a few ms late while the engine is busy. "
        "Docker grants it with `--ulimit rtprio=1`, systemd with `LimitRTPRIO=1`.",
    )


def package_finding(package: str, module: str) -> Finding:
    """Check that a package that voice needs can be imported, and name its version."""
    try:
        importlib.import_module(module)
        return Finding(package, True, f"{importlib.metadata.version(package)}.")
    except ImportError as error:  # includes PackageNotFoundError
        return Finding(package, False, f"It cannot be imported ({error}): run `make setup`.")


def folder_finding(folder: Path) -> Finding:
    """Check that tracks can be written to `folder`, which need not exist yet."""
    place = _nearest_existing(folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            return Finding("folder", True, f"{folder} can be written to.")
    except OSError as error:
        why = error.strerror or str(error)
        sentence = f"{folder} cannot be written to ({why}): change its owner or `tracks.folder`."
        return Finding("folder", False, sentence)


def disk_finding(folder: Path, free_bytes: int) -> Finding:
    """Check that the disk of `folder` has MIN_FREE_BYTES left."""
    free = f"{free_bytes / GIB:.1f} GiB are free for {folder}"
    if free_bytes < MIN_FREE_BYTES:
        return Finding("disk", False, f"Only {free}: make room for {MIN_FREE_BYTES / GIB:.0f} GiB.")
    return Finding("disk", True, f"{free}.")


def store_finding(path: Path) -> Finding:
    """Check that the store can be opened. An older file is migrated, as at a start of the bot."""
    if not path.exists():
        return Finding("store", True, f"{path} is created at the first start.")
    try:
        asyncio.run(_open_store(path))
    except BuskerError as error:
        return Finding("store", False, str(error))
    return Finding("store", True, f"{path} is read.")


async def _open_store(path: Path) -> None:
    store = Store(path)
    try:
        await store.open()
    finally:
        await store.close()


def engine_findings(settings: Settings) -> Iterator[Finding]:
    """Check that the model loads; report its device and speed."""
    try:
        info = asyncio.run(_load_info(settings))
    except BuskerError as error:
        yield Finding("model", False, str(error))
        return
    yield Finding("model", True, f"{info.checkpoint} ({info.licence}), revision {info.revision}.")
    for note in info.notes:
        yield Finding("model", True, note)
    yield Finding("device", True, f"{info.device}.")
    yield Finding("speed", True, expectation(info, settings))  # slow only makes listeners wait


async def _load_info(settings: Settings) -> EngineInfo:
    async with running_engine(settings) as engine:
        return engine.info


def _summary(failed: list[str]) -> str:
    if not failed:
        return "All checks passed: `run` can start."
    if failed == ["token"]:
        return "`run` cannot start without a token; `rehearse` and `compose` can."
    return f"Failed: {', '.join(failed)}."


def _nearest_existing(folder: Path) -> Path:
    """Return `folder`, or its nearest ancestor that exists."""
    absolute = folder.absolute()
    return next(place for place in (absolute, *absolute.parents) if place.exists())
