"""The media process: decodes one foreign file and ends. `client.py` starts it.

It reads a request and the file from its standard input and writes an answer to its standard output:

    request   u32 length of the JSON, JSON, file
    answer    Answer (fixed size), JSON, samples

The JSON of a request is {"use", "rate", "channels", "name", "bytes"}; that of an answer holds the tags or the
reason of a refusal. Before the first byte of a file is read, the process gives up what it does not need: new
descriptors (files and sockets among them), memory, time and children.
"""

from __future__ import annotations

import ctypes
import json
import os
import struct
import sys
from contextlib import suppress
from typing import BinaryIO, Final, NamedTuple

from audio.children import hide_memory
from audio.media.limits import CPU_SECONDS, MEMORY_BYTES, NICENESS, OPENING_CPU_SECONDS

if sys.platform != "win32":  # at once: under the limits nothing can be imported
    import resource

LENGTH: Final = struct.Struct("<I")
"""Of the JSON of a request."""

_ANSWER: Final = struct.Struct("<4sBIQdII")
_MAGIC: Final = b"BMA1"

_PR_SET_NO_NEW_PRIVS: Final = 38
"""Linux, include/uapi/linux/prctl.h."""

_MAX_CAUSE_CHARS: Final = 500
"""Of what the log tells about a refusal."""


class Answer(NamedTuple):
    """The head of an answer: what follows, in numbers alone."""

    refused: bool
    json_bytes: int
    sample_bytes: int
    seconds: float
    """Length of the sound that was decoded."""
    bad_packets: int
    peak_kib: int
    """Most resident memory of the process so far; 0 where the system does not tell."""

    def packed(self) -> bytes:
        """Return the answer in `SIZE` bytes."""
        return _ANSWER.pack(_MAGIC, *self)

    @classmethod
    def unpacked(cls, data: bytes) -> Answer:
        """Return the answer in `data`. Raises ValueError if it is none."""
        try:
            magic, refused, *numbers = _ANSWER.unpack(data)
        except struct.error as error:
            raise ValueError("not a whole answer") from error
        if magic != _MAGIC:
            raise ValueError("not an answer")
        return cls(bool(refused), *numbers)


ANSWER_BYTES: Final = _ANSWER.size


def main() -> None:
    """Serve one request; end without one if the standard input closes, because the bot has ended."""
    from audio.media.decode import warm_up

    warm_up()
    confine()
    serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer one request."""
    import numpy as np

    from audio.media.decode import decode
    from audio.media.wanted import Refused, Use, Wanted

    request = json.loads(_exactly(source, LENGTH.unpack(_exactly(source, LENGTH.size))[0]))
    data = _exactly(source, request["bytes"])
    wanted = Wanted(Use(request["use"]), request["rate"], request["channels"])
    try:
        decoded = decode(data, wanted, request["name"], allow_decoding)
    except Refused as refused:
        cause = repr(refused.__cause__)[:_MAX_CAUSE_CHARS] if refused.__cause__ else ""
        text = json.dumps({"reason": refused.reason.value, "cause": cause}).encode()
        sink.write(Answer(True, len(text), 0, 0.0, 0, _peak_kib()).packed() + text)
    else:
        text = json.dumps(dict(decoded.tags)).encode()
        head = Answer(False, len(text), decoded.pcm.nbytes, decoded.seconds, decoded.bad_packets, _peak_kib())
        sink.write(head.packed() + text)
        sink.write(np.ascontiguousarray(decoded.pcm).data)
    sink.flush()


def confine() -> None:
    """Give up, for good, what decoding does not need; what a system does not have is left out."""
    size = _address_space()
    hide_memory()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a C library without it
            ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if sys.platform == "win32":
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    begun = int(used.ru_utime + used.ru_stime) + 1
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (begun + OPENING_CPU_SECONDS, begun + CPU_SECONDS))
    limits = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        # Descriptors that are open stay, and no other number is free: no file, no socket, no pipe.
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_NPROC, 0),  # not for root
    ]
    if size is not None:
        limits.append((resource.RLIMIT_AS, size + MEMORY_BYTES))
    for kind, most in limits:
        with suppress(ValueError, OSError):  # a lower limit is set already, or there is none here
            resource.setrlimit(kind, (most, most))


def allow_decoding() -> None:
    """Give the process the rest of its processor time, when the container is open."""
    if sys.platform != "win32":
        with suppress(ValueError, OSError):
            most = resource.getrlimit(resource.RLIMIT_CPU)[1]
            resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def _address_space() -> int | None:
    """Return the bytes that this process has mapped; None where the system does not tell."""
    with suppress(OSError), open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return None


def _peak_kib() -> int:
    if sys.platform == "win32":
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def _exactly(source: BinaryIO, count: int) -> bytes:
    """Return `count` bytes; exits if there are fewer, because the bot has ended or wants nothing."""
    data = source.read(count)
    if len(data) < count:
        raise SystemExit(0)
    return data


if __name__ == "__main__":
    main()
