"""Everything that bounds the reading of a foreign file, and what is let in: `decode.py` keeps these in the
process, `process.py` has the system enforce them, `client.py` ends what does neither."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 32 * 2**20
"""Largest file: room for ten minutes of FLAC, or three of WAV."""

CONTAINERS: Final = (
    "aac,ac3,aiff,amr,asf,au,caf,eac3,flac,loas,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,ogg,w64,wav"
)
"""FFmpeg's names of allowed containers: those that hold their sound themselves. A playlist would make FFmpeg
open other files, here or elsewhere."""

SUFFIXES: Final = (
    "aac,ac3,aif,aifc,aiff,amr,asf,au,caf,eac3,flac,latm,m4a,m4b,mka,mkv,mov,mp2,mp3,mp4,oga,ogg,opus,snd,spx,"
    "w64,wav,wave,webm,wma,3gp"
)
"""Suffixes of names that help FFmpeg to guess a container; others are not passed on."""

CODECS: Final = (
    "aac,aac_latm,ac3,alac,amrnb,amrwb,eac3,flac,gsm,gsm_ms,g722,mp1float,mp2,mp2float,mp3float,opus,libopus,speex,"
    "vorbis,wmalossless,wmapro,wmav1,wmav2,wmavoice,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,"
    "pcm_alaw,pcm_mulaw,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,pcm_s8,pcm_u8,pcm_s16be,pcm_s16le,pcm_s24be,"
    "pcm_s24le,pcm_s32be,pcm_s32le"
)
"""FFmpeg's names of allowed decoders, of the 213 for sound in reach: what phones, browsers, recorders and
editors write. Pictures and video are never decoded."""

MIN_RATE: Final = 4_000
MAX_RATE: Final = 384_000
"""Samples per second. Lower ones are no sound and grow when they are resampled; filters for higher ones take
seconds to make."""

MAX_CHANNELS: Final = 8

MAX_STREAMS: Final = 64
"""Streams in a container: films have languages and subtitles."""

MAX_SECONDS: Final = 600.0
"""Longest sound that is read: 10 MiB of FLAC can hold 20 hours of silence."""

MIN_SECONDS: Final = 0.5
"""Shortest usable recording."""

END_SECONDS: Final = 30.0
"""Kept of a file that is continued: a whole window of the model, of which it uses 12 s at present."""

BEGINNING_SECONDS: Final = 31.0
"""Kept of a melody: published checkpoints follow 30.08 s."""

MAX_PACKETS: Final = 120_000
"""Packets and frames: ten minutes have 30,000 of the usual 20 ms. Each takes some 15 µs, however short."""

MAX_BAD_PACKETS: Final = 1_000
"""Packets that cannot be decoded; further ones make the file rubbish."""

MAX_CHANGES: Final = 64
"""Changes of rate or channels, as where files are joined. Each takes up to 1 ms, and more for odd rates."""

MAX_SAMPLES: Final = 2 * 96_000 * 600
"""Samples decoded, over all channels: ten minutes at 96 kHz in stereo. Each takes up to 10 ns."""

MAX_FRAME_SAMPLES: Final = 2**22
"""Samples in one frame, over all channels: an uncompressed file may be one packet of many seconds."""

PART_SAMPLES: Final = 2**14
"""Samples per channel that are resampled at once: they grow by up to SAMPLE_RATE / MIN_RATE."""

MAX_TAG_CHARS: Final = 4 * 2**20
"""Characters of all tags: a thousand prompt changes of 300 characters, escaped as JSON, fit."""

MAX_TAGS: Final = 64

CPU_SECONDS: Final = 4
"""Processor time for one file; ten minutes of any usual format take less than 2 s."""

OPENING_CPU_SECONDS: Final = 1
"""Processor time until a container is open; 32 MiB take up to 0.3 s. FFmpeg does not bound the reading of
millions of tags or boxes."""

DEADLINE_SECONDS: Final = 20.0
"""Time until the process is killed although it has used less: it yields to music and may wait its turn."""

MEMORY_BYTES: Final = 224 * 2**20
"""Address space beyond what the process has when it is ready; then 55 MiB are resident, so it stays
under 300 MB. The largest honest need is a file of 32 MiB that becomes ten minutes of 48 kHz in 16 bits, which
are 110 MiB."""

NICENESS: Final = 10
"""The process yields to voice packets and the model."""
