"""The media process for real: confined, and killed and replaced when it misbehaves."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from audio.errors import RecordingError
from audio.media.client import ROOT, MediaProcesses
from audio.media.limits import END_SECONDS
from audio.media.process import LENGTH, Answer
from audio.media.wanted import Reason, Refused, Use, Wanted
from tests.audio.files.sound_files import hum, written

END = Wanted(Use.END, 32_000, 1)
TAGS = Wanted(Use.TAGS, 48_000, 2)

NEEDS_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, which Linux has")

ANSWERING = """
import json, os, struct, sys
from audio.media.process import LENGTH, Answer, confine
source, sink = sys.stdin.buffer, sys.stdout.buffer
request = json.loads(source.read(LENGTH.unpack(source.read(LENGTH.size))[0]))
def answer(tags, size=0, seconds=1.0):
    text = json.dumps(tags).encode()
    sink.write(Answer(False, len(text), size, seconds, 0, 0).packed() + text)
"""
"""Beginning of a program that takes the place of the media process."""


@pytest.fixture
def sound(tmp_path: Path) -> bytes:
    return written(tmp_path / "hum.ogg", hum(1.0, 48_000), 48_000).read_bytes()


@asynccontextmanager
async def opened(*command: str, deadline_seconds: float = 60.0) -> AsyncIterator[MediaProcesses]:
    """Media processes; by default the real ones."""
    processes = MediaProcesses(command, deadline_seconds=deadline_seconds) if command else MediaProcesses()
    processes.start()
    try:
        yield processes
    finally:
        await processes.close()


def misbehaving_once(folder: Path, program: str) -> tuple[str, ...]:
    """Return a command that runs `program` the first time, and the real process afterwards."""
    flag = folder / "flag"
    flag.touch()
    script = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
sys.stdin.buffer.peek(1)  # so that it is the first one that is asked, not the first that starts
try:
    Path({str(flag)!r}).unlink()
except FileNotFoundError:
    from audio.media.process import main
    main()
    sys.exit()
{ANSWERING}
{textwrap.dedent(program)}
sink.flush()
"""
    return (sys.executable, "-E", "-s", "-c", script)


def stand_in(program: str) -> tuple[str, ...]:
    return (sys.executable, "-E", "-s", "-c", ANSWERING + textwrap.dedent(program) + "\nsink.flush()")


async def test_the_sound_of_a_file_comes_in_blocks_with_its_length_and_tags(sound: bytes) -> None:
    blocks: list[bytes] = []
    sizes: set[int] = set()

    def consume(size: int, block: bytes) -> None:
        sizes.add(size)
        blocks.append(block)

    async with opened() as processes:
        heard = await processes.read(sound, END, "hum.ogg", consume)
    assert heard.seconds == pytest.approx(1.0, abs=0.05)
    samples = np.frombuffer(b"".join(blocks), END.dtype)
    assert sizes == {samples.nbytes}
    assert 0.2 < np.abs(samples).max() < 0.5
    assert "encoder" in heard.tags


async def test_the_reason_of_a_refusal_comes_over_with_the_name_of_the_file() -> None:
    async with opened() as processes:
        with pytest.raises(Refused, match=r"^noise\.mp3 can't be read as audio") as refused:
            await processes.read(b"no sound " * 99, END, "noise.mp3")
    assert refused.value.reason is Reason.UNREADABLE


@pytest.mark.parametrize(
    "program",
    [
        "os.abort()",
        "os.kill(os.getpid(), 9)",
        "sys.exit(0)",
        "sink.write(b'x' * 10_000)",
        "sink.write(Answer(False, 10, 0, 1.0, 0, 0).packed() + b'{')",
        "sink.write(Answer(False, 2, 0, 1.0, 0, 0).packed() + b'[]')",
        "sink.write(Answer(False, 2, 0, 1.0, 0, 0).packed() + b'\\xff\\xfe')",
        "sink.write(Answer(False, 200_000, 0, 1.0, 0, 0).packed() + b'[' * 200_000)",
        "sink.write(Answer(False, 2**32 - 1, 0, 1.0, 0, 0).packed() + b'x' * 10_000)",
        "sink.write(Answer(True, 2, 0, 1.0, 0, 0).packed() + b'{}')",
        "answer({'title': 5}, 4); sink.write(bytes(4))",
        "answer({str(n): '' for n in range(1000)}, 4); sink.write(bytes(4))",
        "answer({}, 0)",
        "answer({}, 4)",
        "answer({}, 6); sink.write(bytes(6))",
        "answer({}, 2**40); sink.write(bytes(10_000))",
        "answer({}, 4, float('nan')); sink.write(bytes(4))",
        "answer({}, 4, -1.0); sink.write(bytes(4))",
        "answer({}, 4); sink.write(struct.pack('<f', float('nan')))",
        "answer({}, 4); sink.write(struct.pack('<f', float('inf')))",
        "confine(); bytearray(2**30)",
    ],
)
async def test_a_process_that_dies_or_answers_nonsense_is_replaced_and_the_next_file_is_heard(
    tmp_path: Path, sound: bytes, program: str
) -> None:
    async with opened(*misbehaving_once(tmp_path, program)) as processes:
        with pytest.raises(RecordingError) as refused:
            await processes.read(sound, END, "hum.ogg")
        assert str(refused.value) == "hum.ogg can't be read as audio. Try another format."
        assert (await processes.read(sound, END, "hum.ogg")).seconds > 0.9


@pytest.mark.parametrize(
    "program",
    [
        "while True: pass",
        "signal = __import__('signal'); signal.pause()",
        "answer({}, 400); sink.flush(); __import__('signal').pause()",
        "answer({}, 10**6)\nwhile True: sink.write(bytes(1)); sink.flush(); __import__('time').sleep(0.01)",
    ],
)
async def test_a_process_that_takes_too_long_is_killed(tmp_path: Path, sound: bytes, program: str) -> None:
    async with opened(*misbehaving_once(tmp_path, program), deadline_seconds=2.0) as processes:
        with pytest.raises(RecordingError, match="can't be read as audio"):
            await processes.read(sound, END, "hum.ogg")
    async with opened() as processes:
        assert (await processes.read(sound, END, "hum.ogg")).seconds > 0.9


async def test_a_process_that_does_not_take_the_file_does_not_block(tmp_path: Path) -> None:
    large = bytes(8 * 2**20)
    for program in ("import sys; sys.exit(3)", "import os; os.close(0); __import__('signal').pause()"):
        async with opened(sys.executable, "-c", program, deadline_seconds=2.0) as processes:
            with pytest.raises(RecordingError):
                await processes.read(large, END, "large.wav")


async def test_a_program_that_cannot_start_refuses_in_a_sentence(sound: bytes) -> None:
    async with opened("/nowhere/python") as processes:
        with pytest.raises(RecordingError, match=r"^hum\.ogg can't be read"):
            await processes.read(sound, END, "hum.ogg")


async def test_a_spare_process_that_has_died_is_not_used(sound: bytes) -> None:
    async with opened() as processes:
        await processes.read(sound, END, "hum.ogg")
        assert processes._refilling is not None
        await processes._refilling
        assert processes._spare is not None
        processes._spare.kill()
        processes._spare.wait()
        assert (await processes.read(sound, END, "hum.ogg")).seconds > 0.9


async def test_who_stops_waiting_ends_the_process(sound: bytes) -> None:
    async with opened(*stand_in("__import__('signal').pause()")) as processes:
        reading = asyncio.create_task(processes.read(sound, END, "hum.ogg"))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading


async def test_a_bot_that_ends_does_not_wait_for_a_file(sound: bytes) -> None:
    processes = MediaProcesses(stand_in("import signal\nsignal.pause()"))
    reading = [asyncio.create_task(processes.read(sound, END, "hum.ogg")) for _ in range(5)]
    while not processes._running:
        await asyncio.sleep(0.01)
    await processes.close()
    for refused in await asyncio.gather(*reading, return_exceptions=True):
        assert str(refused) == "hum.ogg can't be read as audio. Try another format."


async def test_a_disk_that_refuses_the_sound_is_told_apart(sound: bytes) -> None:
    def full(size: int, block: bytes) -> None:
        raise OSError(28, "No space left on device")

    async with opened() as processes:
        with pytest.raises(RecordingError, match="couldn't be saved"):
            await processes.read(sound, END, "hum.ogg", full)


@NEEDS_LINUX
async def test_the_process_has_no_secrets_and_no_open_files_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSKER_TOKEN", "secret")
    monkeypatch.setenv("HF_TOKEN", "secret")
    program = "answer({**os.environ, 'open files': ' '.join(sorted(os.listdir('/proc/self/fd')))})"
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        async with opened(*stand_in(program)) as processes:
            tags = dict((await processes.read(b"", TAGS, "x")).tags)
    assert tags.pop("open files").split()[:3] == ["0", "1", "2"]
    assert str(ours.fileno() if not ours.closed else "") not in tags
    assert "secret" not in str(tags)
    assert set(tags) <= {"LC_ALL", "OPENBLAS_NUM_THREADS", "PYTHONDONTWRITEBYTECODE", "LD_LIBRARY_PATH"}


CONFINED = """
from audio.media.process import confine
import ctypes, errno, json, os, socket, sys
os.close(0)
priority = os.nice(0)
confine()
found = {}
for name, attempt in {
    "file": lambda: open("/etc/passwd"),
    "socket": socket.socket,
    "pipe": os.pipe,
    "copy": lambda: os.dup(1),
    "memory": lambda: bytearray(2**29),
    "child": lambda: os.fork() or os._exit(0),
}.items():
    try:
        attempt()
        found[name] = "possible"
    except OSError as error:
        found[name] = errno.errorcode[error.errno]
    except MemoryError:
        found[name] = "MemoryError"
found["priority"] = os.nice(0) - priority
libc = ctypes.CDLL(None)
found["new privileges"] = libc.prctl(39, 0, 0, 0, 0)
found["dumpable"] = libc.prctl(3, 0, 0, 0, 0)
os.write(1, json.dumps(found).encode())
"""


@NEEDS_LINUX
def test_a_confined_process_opens_nothing_takes_little_and_gains_nothing() -> None:
    """The standard input is closed, so that a number is free: no other may be taken for it, either."""
    done = subprocess.run(
        [sys.executable, "-c", CONFINED], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    found = json.loads(done.stdout)
    if os.geteuid() != 0:  # root may have as many children as it likes
        assert found["child"] == "EAGAIN"
    del found["child"]
    assert found == {
        "file": "EMFILE",
        "socket": "EMFILE",
        "pipe": "EMFILE",
        "copy": "EINVAL",
        "memory": "MemoryError",
        "priority": 10,
        "new privileges": 1,
        "dumpable": 0,
    }


@NEEDS_LINUX
def test_a_confined_process_that_computes_for_ever_is_ended_by_the_system() -> None:
    program = "\n".join(
        [
            "from audio.media import process",
            "process.OPENING_CPU_SECONDS = 0",
            "process.confine()",
            "while True: pass",
        ]
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=60)
    assert done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


@NEEDS_LINUX
@pytest.mark.parametrize("busy", [False, True], ids=["spare", "busy"])
async def test_the_process_ends_with_a_bot_that_is_killed(busy: bool) -> None:
    program = f"""
import asyncio, sys
from audio.media.client import MediaProcesses
from audio.media.wanted import Use, Wanted
async def main():
    processes = MediaProcesses()
    processes.start()
    await processes._refilling
    print(processes._spare.pid, flush=True)
    if {busy}:
        # Of a file that is announced and never comes whole.
        processes._spare.stdin.write((60).to_bytes(4, "little"))
        processes._spare.stdin.flush()
    await asyncio.sleep(600)
asyncio.run(main())
"""
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cwd=ROOT, stdout=subprocess.PIPE
    )
    assert bot.stdout is not None
    pid = int(await bot.stdout.readline())
    assert running(pid)
    bot.kill()
    await bot.wait()
    async with asyncio.timeout(60):
        while running(pid):
            await asyncio.sleep(0.01)


def running(pid: int) -> bool:
    """True unless the process has ended, whoever has still to be told so."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_an_answer_is_read_back_as_it_was_packed() -> None:
    answer = Answer(False, 12, round(END_SECONDS * 32_000) * 4, 600.0, 3, 60_000)
    assert Answer.unpacked(answer.packed()) == answer
    for data in (b"", answer.packed()[:-1], b"x" + answer.packed()[1:]):
        with pytest.raises(ValueError, match="answer"):
            Answer.unpacked(data)
    assert LENGTH.size == 4
