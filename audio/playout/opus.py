"""Music as Opus packets: a small binding of libopus, and the settings that music is encoded with."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import weakref
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from audio.errors import BuskerError
from audio.units import CHANNELS, FRAME_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE, Interleaved

OPUS_SILENCE: Final = b"\xf8\xff\xfe"
"""A frame of silence, the one that passes unencrypted (DAVE protocol, "Silence Packets")."""

STILL_MUSIC: Final = b"\xfc\xff\xfe"
"""The same frame in two channels: music that is silent, encrypted like the rest of it."""

ENCODER_KBITS: Final = (16, 128)
"""Lowest and highest bitrate [kbit/s]. More gains nothing audible in music (FEC off, 48 kHz stereo)."""

_KBIT: Final = 1024
"""Bits a second in a kbit/s, as discord.py counts them."""

COMPLEXITY: Final = 7
"""libopus's complexity, 0 (fast) to 10 (best). Measured with libopus 1.6.1 on music by étude (four and six
styles, 40 and 120 s) at 96 kbit/s and volume 0.5. Columns: processor time of a frame relative to complexity
7; signal to noise, mean of 43 ms windows; error of the levels of 22 Bark bands, mean and worst 5 % of windows
(mono: bands down to 50 dB below the loudest); noise above a spread masking threshold. "Mono" is music with
equal channels, which is encoded as one (RFC 6716, 3.1: every decoder plays it on both sides).

    complexity   stereo: time   SNR dB   levels dB    noise dB   mono: time   SNR dB   levels dB
    10                   1.29    24.27   0.76, 2.05      −2.92
     7                   1.00    24.29   0.77, 2.11      −2.96         1.00    26.15   0.23, 1.25
     5                   0.79    23.76   0.98, 4.20      −2.94         0.79    25.54   0.25, 1.50
     4                                                                 0.67    25.19   0.26, 1.68
     1                   0.61    23.38   1.07, 4.71      −2.91         0.58    25.15   0.26, 1.71
     0                   0.52    22.83   1.29, 5.75      −1.78         0.49    25.24   0.26, 1.62

8 and 9 encode like 10. At 64 and 128 kbit/s, too, 7 is as good as 10. 7 costs more than 5 because it analyses
the music for tones."""

THRIFTY_COMPLEXITY: Final = 1
"""Complexity where many channels share a core: little is lost, and 1.6 times as many channels fit."""

HURRIED_COMPLEXITY: Final = 0
"""Complexity when time is short, 0.85 of the time of 1: few listeners notice it, all notice a gap."""

MAX_PACKET_BYTES: Final = 4_000
"""Room for a packet, as libopus recommends; one frame takes at most 1,275 bytes (RFC 6716, 3.4)."""

_APPLICATION_AUDIO: Final = 2049
_BANDWIDTH_FULL: Final = 1105
_SIGNAL_MUSIC: Final = 3002
_AUTO: Final = -1000
"""Values of settings (opus_defines.h); _AUTO leaves the choice to libopus."""

_SET_BITRATE: Final = 4002
_SET_BANDWIDTH: Final = 4008
_SET_COMPLEXITY: Final = 4010
_SET_INBAND_FEC: Final = 4012
_SET_FORCE_CHANNELS: Final = 4022
_SET_SIGNAL: Final = 4024
_SET_LSB_DEPTH: Final = 4036
"""Requests of opus_encoder_ctl (opus_defines.h)."""


class OpusMissing(BuskerError):
    """No libopus could be loaded."""


class OpusError(BuskerError):
    """libopus refused a call; the sentence is its own."""

    def __init__(self, code: int) -> None:
        super().__init__(f"libopus: {libopus().opus_strerror(code).decode()}")
        self.code = code


class MusicEncoder:
    """The libopus encoder of one stream of music, for a channel of `channel_bitrate` bits a second.

    One thread at a time may encode; it holds Python's lock for 2 µs a frame. Several frames are passed as
    they lie in memory, without copies.

    Forward error correction is off: it exists in Opus's speech coder alone, so with it libopus codes music as
    speech below 8 kHz, 4 dB worse and at twice the cost. Without it every packet is CELT.
    """

    def __init__(self, channel_bitrate: int) -> None:
        self._library = library = libopus()
        error = ctypes.c_int()
        self._state = library.opus_encoder_create(
            SAMPLE_RATE, CHANNELS, _APPLICATION_AUDIO, ctypes.byref(error)
        )
        _check(error.value)
        # Not at exit, when a thread may still be encoding.
        weakref.finalize(self, library.opus_encoder_destroy, self._state).atexit = False
        self._mono: bool | None = None
        self._complexity: int | None = None
        self._set(_SET_BITRATE, encoder_kbits(channel_bitrate) * _KBIT)
        self._set(_SET_INBAND_FEC, 0)
        self._set(_SET_BANDWIDTH, _BANDWIDTH_FULL)
        self._set(_SET_SIGNAL, _SIGNAL_MUSIC)
        self._set(_SET_LSB_DEPTH, 8 * SAMPLE_BYTES)
        self._packet = ctypes.create_string_buffer(MAX_PACKET_BYTES)
        self._packet_bytes = memoryview(self._packet)
        self._packet_address = ctypes.addressof(self._packet)

    def encode(self, sound: Interleaved, complexity: int = COMPLEXITY) -> list[bytes]:
        """Return the packets of `sound`, whole frames shaped (samples, 2); contiguous sound is not copied.

        `complexity` is 0 (fast) to 10 (best) and may change from call to call. Raises OpusError, and
        ValueError for parts of a frame.
        """
        if complexity != self._complexity:
            self._set(_SET_COMPLEXITY, complexity)
            self._complexity = complexity
        packets = []
        equal_channels: list[bool] = (
            (sound[:, 0] == sound[:, 1]).reshape(-1, FRAME_SAMPLES).all(axis=1).tolist()
        )
        sound = np.ascontiguousarray(sound, np.float32)  # libopus reads memory, whatever the strides
        address: int = sound.ctypes.data
        for mono in equal_channels:
            self._force_mono(mono)
            size = self._library.opus_encode_float(
                self._state, address, FRAME_SAMPLES, self._packet_address, MAX_PACKET_BYTES
            )
            _check(size)
            packet = bytes(self._packet_bytes[:size])
            packets.append(STILL_MUSIC if packet == OPUS_SILENCE else packet)
            address += FRAME_SAMPLES * CHANNELS * sound.itemsize
        return packets

    def _force_mono(self, mono: bool) -> None:
        """Encode what follows as one channel, or let libopus choose; it switches without a seam."""
        if mono != self._mono:
            self._set(_SET_FORCE_CHANNELS, 1 if mono else _AUTO)
            self._mono = mono

    def _set(self, request: int, value: int) -> None:
        _check(self._library.opus_encoder_ctl(self._state, request, value))


def encoder_kbits(channel_bitrate: int) -> int:
    """Return the bitrate [kbit/s] to encode at for a voice channel of `channel_bitrate` [bit/s]."""
    lowest, highest = ENCODER_KBITS
    return min(highest, max(lowest, channel_bitrate // 1000))


def load_opus() -> str:
    """Load libopus once and return its version, such as "libopus 1.5.2". Raises OpusMissing."""
    version: bytes = libopus().opus_get_version_string()
    return version.decode()


@lru_cache(maxsize=1)
def libopus() -> ctypes.CDLL:
    """Return libopus, loaded at the first call: the system's, else the one in PyAV's wheel.

    PyAV is not imported for it. Raises OpusMissing.
    """
    for name in _candidates():
        try:
            return _bound(ctypes.CDLL(name))
        except OSError:  # built for another machine
            continue
    raise OpusMissing(
        "The Opus library was not found; install it (Debian: apt install libopus0, macOS: brew install opus) "
        "or reinstall PyAV with `pip install --force-reinstall --only-binary av av`."
    )


def _bound(library: ctypes.CDLL) -> ctypes.CDLL:
    """Declare the functions that are called here (opus.h). libopus runs without Python's lock."""
    pointer, integer = ctypes.c_void_p, ctypes.c_int
    signatures = {
        "opus_get_version_string": (ctypes.c_char_p, []),
        "opus_strerror": (ctypes.c_char_p, [integer]),
        "opus_encoder_create": (pointer, [ctypes.c_int32, integer, integer, ctypes.POINTER(integer)]),
        "opus_encoder_destroy": (None, [pointer]),
        # Variadic: only the fixed arguments are declared, as some calling conventions need it.
        "opus_encoder_ctl": (integer, [pointer, integer]),
        "opus_encode_float": (ctypes.c_int32, [pointer, pointer, integer, pointer, ctypes.c_int32]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _check(result: int) -> None:
    if result < 0:
        raise OpusError(result)


def _candidates() -> Iterator[str]:
    """Yield names and paths of libopus, best first."""
    if (system := ctypes.util.find_library("opus")) is not None:
        yield system
    yield from map(str, _bundled())


def _bundled() -> Iterator[Path]:
    """Yield copies of libopus in PyAV's wheel: beside the package, on macOS inside it."""
    spec = importlib.util.find_spec("av")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        package = Path(folder)
        yield from sorted(package.with_name("av.libs").glob("libopus-*.so*"))
        yield from sorted(package.with_name("av.libs").glob("*opus*.dll"))
        yield from sorted((package / ".dylibs").glob("libopus*.dylib"))
