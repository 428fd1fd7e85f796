"""libopus, which discord.py brings along on Windows only, and how Busker encodes music with it."""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, TypedDict

import discord.opus
import numpy as np
import numpy.typing as npt

from audio.errors import BuskerError
from audio.units import CHANNELS, FRAME_SAMPLES, SAMPLE_BYTES

OPUS_SILENCE: Final = b"\xf8\xff\xfe"
"""A frame of silence, the one that passes unencrypted (DAVE, "Silence Packets")."""

STILL_MUSIC: Final = b"\xfc\xff\xfe"
"""The same in two channels: music that is silent, encrypted like all of it."""

ENCODER_KBITS: Final = (16, 128)
"""discord.py's encoder takes no less; music gains nothing audible from more (FEC off, 48 kHz stereo)."""

COMPLEXITY: Final = 7
"""How hard libopus tries, 0 to 10. Measured on étude in four and six styles, 40 and 120 s, at 96 kbit/s and
volume 0.5, with libopus 1.6.1: processor time of a frame beside that of 7, signal to noise (mean of 43 ms
windows), distance of the levels of 22 Bark bands (mean, and of the worst 5 % of windows; in mono of bands
down to 50 dB under the loudest), noise over a spread masking threshold. "Mono" is music that is the same in
both channels, and is encoded as one (RFC 6716, 3.1: every decoder plays that in both).

    complexity   stereo: time   SNR dB   levels dB    noise dB   mono: time   SNR dB   levels dB
    10                   1.29    24.27   0.76, 2.05      −2.92
     7                   1.00    24.29   0.77, 2.11      −2.96         1.00    26.15   0.23, 1.25
     5                   0.79    23.76   0.98, 4.20      −2.94         0.79    25.54   0.25, 1.50
     4                                                                 0.67    25.19   0.26, 1.68
     1                   0.61    23.38   1.07, 4.71      −2.91         0.58    25.15   0.26, 1.71
     0                   0.52    22.83   1.29, 5.75      −1.78         0.49    25.24   0.26, 1.62

8 and 9 encode like 10. At 64 and 128 kbit/s it is the same: 7 is as good as 10. What 7 takes longer for than
5 is an analysis that finds tones."""

THRIFTY_COMPLEXITY: Final = 1
"""The same where many channels share a core: little is lost, and 1.6 times as many find room."""

HURRIED_COMPLEXITY: Final = 0
"""The same when time is short, and 0.85 of that: heard by few, where a gap is heard by all."""

MAX_PACKET_BYTES: Final = 4_000
"""No packet is longer; 1,275 bytes are the most of one frame (RFC 6716, 3.4)."""

_SET_COMPLEXITY: Final = 4010
_SET_FORCE_CHANNELS: Final = 4022
_SET_LSB_DEPTH: Final = 4036
"""Requests to libopus (opus_defines.h) that discord.py does not make."""

_AUTO: Final = -1000
"""What libopus may decide (opus_defines.h)."""

_ENCODE_FLOAT: Final = ctypes.CFUNCTYPE(
    *(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int32)
)
"""opus_encode_float: bytes of the packet or an error; encoder, samples, their number, packet, its room."""

Floats = npt.NDArray[np.float32]
"""Sound as libopus takes it: shaped (samples, 2), full scale at −1 and 1."""


class OpusMissing(BuskerError):
    """No libopus could be loaded."""


class EncoderOptions(TypedDict):
    """Keyword arguments of discord.VoiceClient.play that concern its Opus encoder."""

    application: Literal["audio"]
    bitrate: int
    fec: Literal[False]
    bandwidth: Literal["full"]
    signal_type: Literal["music"]


def encoder_options(channel_bitrate: int) -> EncoderOptions:
    """How to encode music for a channel of `channel_bitrate` bits a second.

    Forward error correction exists in Opus's speech coder alone: to have it, libopus codes music as speech
    below 8 kHz, 4 dB worse and at twice the cost. Without it every packet is CELT. discord.py passes an
    expected loss on to libopus only together with it, so none is given.
    """
    lowest, highest = ENCODER_KBITS
    return {
        "application": "audio",
        "bitrate": min(highest, max(lowest, channel_bitrate // 1000)),
        "fec": False,
        "bandwidth": "full",
        "signal_type": "music",
    }


class MusicEncoder:
    """libopus for one piece. One thread at a time may encode, and holds Python's lock for 2 µs a frame.

    discord.py's encoder sets it up. Its `encode` takes one frame of 16-bit samples and spends some µs on
    casts and copies; here several frames go in as they lie in memory.
    """

    def __init__(self, bitrate: int) -> None:
        self._opus = discord.opus.Encoder(**encoder_options(bitrate))
        self._library = library = discord.opus._lib
        self._mono: bool | None = None
        self._complexity: int | None = None
        self._set(_SET_LSB_DEPTH, 8 * SAMPLE_BYTES)
        self._state = ctypes.cast(self._opus._state, ctypes.c_void_p).value
        self._encode = _ENCODE_FLOAT(("opus_encode_float", library))
        self._packet = ctypes.create_string_buffer(MAX_PACKET_BYTES)
        self._packet_bytes = memoryview(self._packet)
        self._packet_at = ctypes.addressof(self._packet)

    def encode(self, sound: Floats, complexity: int = COMPLEXITY) -> list[bytes]:
        """The packets of whole frames that lie one after the other in memory. `complexity` is how hard
        libopus tries, 0 to 10, and may change from call to call. Raises OpusError.
        """
        if complexity != self._complexity:
            self._complexity = complexity
            self._set(_SET_COMPLEXITY, complexity)
        packets = []
        mono: list[bool] = (sound[:, 0] == sound[:, 1]).reshape(-1, FRAME_SAMPLES).all(axis=1).tolist()
        begin: int = sound.ctypes.data
        for number, batch_invariant_matmul in enumerate(mono):
            self._suit(mono=batch_invariant_matmul)
            at = begin + number * FRAME_SAMPLES * CHANNELS * sound.itemsize
            length = self._encode(self._state, at, FRAME_SAMPLES, self._packet_at, MAX_PACKET_BYTES)
            if length < 0:
                raise discord.opus.OpusError(length)
            packet = bytes(self._packet_bytes[:length])
            packets.append(STILL_MUSIC if packet == OPUS_SILENCE else packet)
        return packets

    def _suit(self, *, mono: bool) -> None:
        """Set libopus up for the next frame. It goes over from one channel to two and back without a seam."""
        if mono != self._mono:
            self._mono = mono
            self._set(_SET_FORCE_CHANNELS, 1 if mono else _AUTO)

    def _set(self, request: int, value: int) -> None:
        self._library.opus_encoder_ctl(self._opus._state, request, value)


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
