"""Encoded tones: sound files as FFmpeg writes them, and the streams that they are made of."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

import av
import numpy as np

if TYPE_CHECKING:
    from audio.units import Pcm

    Packet = av.Packet[Any]

HERTZ: Final = 500.0
"""Pitch of the tones; every codec keeps it, also those for speech."""

SECONDS: Final = 2.0
"""Length of the tones."""

RATE: Final = 32_000
"""Usual sample rate of the tones [Hz]."""

LEVEL: Final = 0.4
"""Usual amplitude of the tones."""

FRAMES_A_SECOND: Final = 10
"""Frame rate of pictures that move."""

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tone:
    """A stream of sound: a sine in all channels."""

    codec: str
    rate: int = RATE
    layout: str = "mono"
    seconds: float = SECONDS
    hertz: float = HERTZ
    level: float = LEVEL
    bit_rate: int | None = None
    options: Options = ()
    tags: Options = ()


@dataclass(frozen=True, slots=True)
class Pictures:
    """A stream of grey pictures; a cover if it has only one."""

    codec: str = "mpeg4"
    number: int = round(SECONDS * FRAMES_A_SECOND)
    side: int = 32
    cover: bool = False


def sine(
    seconds: float, rate: int = RATE, channels: int = 1, hertz: float = HERTZ, level: float = LEVEL
) -> Pcm:
    """Return a sine in all channels, float32 shaped (channels, samples)."""
    times = np.arange(round(seconds * rate)) / rate
    return np.tile(level * np.sin(2 * np.pi * hertz * times), (channels, 1)).astype(np.float32)


@cache
def encoded(
    container: str, *streams: Tone | Pictures, tags: Options = (), options: Options = (), chapters: int = 0
) -> bytes:
    """Return a file with these streams, in this order. The same arguments give the same bytes."""
    file = io.BytesIO()
    flags = dict(options)
    flags["fflags"] = "+bitexact" + flags.get("fflags", "")
    with av.open(file, "w", format=container, options=flags) as output:
        output.metadata.update(dict(tags))
        encoders = [
            _tone_encoder(output, stream) if isinstance(stream, Tone) else _picture_encoder(output, stream)
            for stream in streams
        ]
        if chapters:
            output.set_chapters([_chapter(number) for number in range(chapters)])
        output.start_encoding()
        packets: list[Packet] = []
        for encoder, stream in zip(encoders, streams, strict=True):
            if isinstance(stream, Tone):
                packets += _tone_packets(cast("av.AudioStream", encoder), stream)
            else:
                packets += _picture_packets(cast("av.VideoStream", encoder), stream)
        for packet in sorted(packets, key=_time):
            output.mux_one(packet)
    return file.getvalue()


def tone_file(container: str, codec: str, tags: Options = (), options: Options = (), **tone: Any) -> bytes:
    """Return a file of one tone."""
    return encoded(container, Tone(codec, **tone), tags=tags, options=options)


def _time(packet: Packet) -> float:
    return float(packet.dts * packet.time_base) if packet.dts is not None and packet.time_base else 0.0


def _chapter(number: int) -> av.container.core.Chapter:
    from fractions import Fraction

    return {
        "id": number,
        "start": number * 100,
        "end": number * 100 + 100,
        "time_base": Fraction(1, 1000),
        "metadata": {"title": f"Part {number}"},
    }


def _tone_encoder(output: av.container.OutputContainer, tone: Tone) -> av.AudioStream:
    stream = cast(
        "av.AudioStream",
        output.add_stream(tone.codec, tone.rate, layout=tone.layout, options=dict(tone.options)),
    )
    if tone.bit_rate is not None:
        stream.bit_rate = tone.bit_rate
    stream.metadata.update(dict(tone.tags))
    return stream


def _tone_packets(stream: av.AudioStream, tone: Tone) -> list[Packet]:
    channels = av.AudioLayout(tone.layout).nb_channels
    pcm = sine(tone.seconds, tone.rate, channels, tone.hertz, tone.level)
    frame = av.AudioFrame.from_ndarray(pcm.T.reshape(1, -1).copy(), format="flt", layout=tone.layout)
    frame.sample_rate = tone.rate
    frame.pts = 0
    resampler = av.AudioResampler(stream.format, stream.layout, tone.rate, stream.frame_size or 1024)
    packets: list[Packet] = []
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        packets += stream.encode(part)
    return packets + stream.encode(None)


def _picture_encoder(output: av.container.OutputContainer, pictures: Pictures) -> av.VideoStream:
    stream = cast("av.VideoStream", output.add_stream(pictures.codec, rate=FRAMES_A_SECOND))
    stream.width = stream.height = pictures.side
    stream.pix_fmt = "rgb24" if pictures.codec == "png" else "yuvj420p" if pictures.cover else "yuv420p"
    if pictures.cover:
        stream.disposition = av.stream.Disposition.attached_pic
    return stream


def _picture_packets(stream: av.VideoStream, pictures: Pictures) -> list[Packet]:
    grey = np.full((pictures.side, pictures.side, 3), 128, np.uint8)
    packets: list[Packet] = []
    for number in range(pictures.number):
        frame = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format=stream.pix_fmt)
        frame.pts = number
        packets += stream.encode(frame)
    return packets + stream.encode(None)
