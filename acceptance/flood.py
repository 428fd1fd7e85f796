"""Members of one guild send hostile files without a pause: what another guild hears meanwhile.

    python -m acceptance.flood                # a hundred files
    python -m acceptance.flood --engine tone  # without a model

The real bot plays one piece after the other in the other guild, before the files and while they come.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from acceptance.posted import track_messages
from acceptance.trials.engine import CountedEngine, engine_for
from acceptance.trials.trial import START_SECONDS, TrialError, running_scene, settings_for_trials
from audio.errors import BuskerError
from audio.units import FRAME_SECONDS
from bot.client import Busker
from bot.config.settings import Settings
from bot.playback.composition import UNCOMPOSED
from bot.rules.permissions import NEEDED
from fuzz.catalogue.every import THREATS
from rehearsal.faults.scene import until
from rehearsal.permissions import Permission
from rehearsal.rest.uploads import Upload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rehearsal.faults.scene import Scene
    from rehearsal.people.members import Person
    from rehearsal.people.reply import Reply
    from rehearsal.world import Channel

FILES: Final = 100

SENDERS: Final = 3
"""Members who send at once: one file of each is in hand or in line."""

MAX_UPLOAD_BYTES: Final = 10 * 2**20
"""What Discord takes of a member who does not pay."""

PIECE_SECONDS: Final = 10.0

PIECES_BEFORE: Final = 3
"""Pieces without hostile files: what they suffer comes from the machine."""

MAX_START_SECONDS: Final = 2.0
"""Time from a request to its first sound."""

MAX_POST_SECONDS: Final = 5.0
"""Time from the last composed second to the posted track."""

TIMEOUT_SECONDS: Final = 120.0
"""For one answer, and for one piece."""

FILE_NAME: Final = "noise.bin"
NO_ANSWER: Final = "(no answer)"


@dataclass(frozen=True, slots=True)
class PieceFigures:
    """What became of one piece of the other guild."""

    start_s: float
    """From the request to the first sound."""
    post_s: float
    """From the end of composing to the posted track; 0 if it was posted before that was noticed."""
    frames_silent: int
    """Frames (20 ms) that the listeners heard nothing of."""


@dataclass(slots=True)
class FloodReport:
    """The results. `before` are pieces without the files, `during` those with them."""

    before: list[PieceFigures] = field(default_factory=list)
    during: list[PieceFigures] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    """What the senders read."""
    answer_s: list[float] = field(default_factory=list)
    """From sending a file twice to the later answer."""
    late_s: float = 0.0
    """The worst lateness of the event loop, which the bot shares with the loopback Discord."""

    @property
    def failures(self) -> tuple[str, ...]:
        """A sentence for each failed requirement."""
        return tuple(self._failures())

    def _failures(self) -> Iterator[str]:
        if not self.during:
            yield "No piece was played meanwhile."
        silent = sum(piece.frames_silent for piece in self.during)
        if silent:
            yield f"{silent} frames ({silent * FRAME_SECONDS:.1f} s) were silent in the other guild."
        for piece in self.during:
            if piece.start_s > MAX_START_SECONDS:
                yield f"A piece started after {piece.start_s:.1f} s; {MAX_START_SECONDS:g} s are allowed."
            if piece.post_s > MAX_POST_SECONDS:
                yield f"A track was posted after {piece.post_s:.1f} s; {MAX_POST_SECONDS:g} s are allowed."
        if unanswered := self.answers[NO_ANSWER]:
            yield f"{unanswered} files were not answered."

    def __str__(self) -> str:
        lines = [
            f"{len(self.answer_s)} hostile files, each sent twice at once; answered after "
            f"{statistics.median(self.answer_s):.1f} s (at most {max(self.answer_s):.1f} s):",
            *(f"{number:6} × {sentence}" for sentence, number in self.answers.most_common()),
            "",
            "the other guild         pieces   first sound     posted     silent frames",
            _row("before", self.before),
            _row("meanwhile", self.during),
            f"The event loop was at most {1000 * self.late_s:.0f} ms late.",
            "",
            *(self.failures or ("Passed.",)),
        ]
        return "\n".join(lines)


def _row(name: str, pieces: Sequence[PieceFigures]) -> str:
    if not pieces:
        return f"{name:24}0"
    start, post = max(each.start_s for each in pieces), max(each.post_s for each in pieces)
    silent = sum(each.frames_silent for each in pieces)
    return f"{name:24}{len(pieces):6}   ≤ {start:7.2f} s  ≤ {post:5.2f} s   {silent:13}"


def hostile_files(number: int) -> list[bytes]:
    """Return files that are never heard and that a member can upload, each kind in turn."""
    made = (threat.make() for threat in THREATS.values() if not threat.may_be_heard)
    small = [data for data in made if len(data) <= MAX_UPLOAD_BYTES]
    return list(itertools.islice(itertools.cycle(small), number))


async def flood(
    settings: Settings, folder: Path, files: Sequence[bytes], senders: int = SENDERS
) -> FloodReport:
    """Play pieces in one guild while members of another send `files`. Raises TrialError, TimeoutError."""
    report = FloodReport()
    settings = settings_for_trials(settings, folder)
    engine = CountedEngine(engine_for(settings))
    async with running_scene(engine) as scene:
        people = _other_guild(scene, senders)
        async with _bot_in(scene, settings, engine) as bot:
            await scene.gather()
            for person in people:
                await person.join_voice(_voice_of(person))
            await until(lambda: all(_seen(bot, person) for person in people), START_SECONDS)
            for _ in range(PIECES_BEFORE):
                report.before.append(await _piece(bot, scene))
            waiting = iter(files)
            watch = asyncio.create_task(_watch(report), name="lateness of the loop")
            sending = [asyncio.create_task(_send(person, waiting, report)) for person in people]
            try:
                while not all(task.done() for task in sending):
                    report.during.append(await _piece(bot, scene))
                await asyncio.gather(*sending)
            finally:
                for task in (watch, *sending):
                    task.cancel()
                await asyncio.gather(watch, *sending, return_exceptions=True)
    return report


def _other_guild(scene: Scene, senders: int) -> list[Person]:
    guild = scene.here.guild("Other", bot_may=Permission(NEEDED.value))
    guild.text_channel("music")
    guild.voice_channel("Elsewhere")
    return [scene.here.person(guild, f"sender-{number}") for number in range(senders)]


def _voice_of(person: Person) -> Channel:
    return next(channel for channel in person.guild.channels.values() if channel.is_voice)


@asynccontextmanager
async def _bot_in(scene: Scene, settings: Settings, engine: CountedEngine) -> AsyncIterator[Busker]:
    """Run the real bot in both guilds until the block ends."""
    async with Busker(settings, engine, connector=scene.here.connector()) as bot:
        await bot.login(scene.here.bot.token)
        connection = asyncio.create_task(bot.connect(), name="gateway")
        await until(lambda: len(bot.guilds) == 2, START_SECONDS)
        yield bot
    await connection


def _seen(bot: Busker, person: Person) -> bool:
    guild = bot.get_guild(person.guild.id)
    member = guild and guild.get_member(person.id)
    return bool(member and member.voice)


async def _piece(bot: Busker, scene: Scene) -> PieceFigures:
    """Play a piece in the other guild, from the request to the posted track."""
    requested_s, posted = time.monotonic(), len(track_messages(scene.text.messages))
    reply = await scene.moderator.use("compose", {"prompt": "bells", "length": PIECE_SECONDS}, scene.text)
    guild = bot.get_guild(scene.guild.id)
    if guild is None or not (queue := bot.sessions.of(guild).queue):
        raise TrialError(f"The bot did not take a piece: {reply.content or 'it gave no answer'}")
    performance = queue[-1]
    await scene.until_received(1, within_s=TIMEOUT_SECONDS, since_s=requested_s)
    start_s = time.monotonic() - requested_s
    await until(lambda: performance.composition_state not in UNCOMPOSED, TIMEOUT_SECONDS)
    composed_s = time.monotonic()
    await until(lambda: len(track_messages(scene.text.messages)) > posted, TIMEOUT_SECONDS)
    post_s = time.monotonic() - composed_s
    if not await performance.wait_settled(within_seconds=TIMEOUT_SECONDS):
        raise TrialError("A piece did not end.")
    return PieceFigures(start_s, post_s, performance.buffer.frames_starved)


async def _send(person: Person, files: Iterator[bytes], report: FloodReport) -> None:
    """Send one file after the other, each twice at once, and each as soon as the last is answered."""
    for data in files:
        options = {"prompt": "noise", "length": PIECE_SECONDS, "continue": Upload(FILE_NAME, data)}
        sent_s = time.monotonic()
        replies = [await person.use("compose", options, send_only=True) for _ in range(2)]
        for answer in await asyncio.gather(*map(_answer, replies)):
            report.answers[answer] += 1
        report.answer_s.append(time.monotonic() - sent_s)


async def _answer(reply: Reply) -> str:
    try:
        return (await reply.said(seconds=TIMEOUT_SECONDS)).content
    except TimeoutError:
        return NO_ANSWER


async def _watch(report: FloodReport) -> None:
    """Record the worst lateness of the event loop."""
    while True:
        due = time.monotonic() + FRAME_SECONDS
        await asyncio.sleep(FRAME_SECONDS)
        report.late_s = max(report.late_s, time.monotonic() - due)


def main() -> int:
    """Flood as the command line says. Return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m acceptance.flood",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--files", type=int, default=FILES, help="(%(default)s)")
    parser.add_argument("--engine", default="local", choices=("local", "tone"), help="(%(default)s)")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings().with_engine(options.engine)
            report = asyncio.run(flood(settings, Path(folder), hostile_files(options.files)))
    except (BuskerError, TimeoutError) as error:
        print(error or "The flood timed out.", file=sys.stderr)
        return 1
    print(report)
    return int(bool(report.failures))


if __name__ == "__main__":
    sys.exit(main())
