"""`python -m bench.negations`: whether a model leaves out what a prompt says to leave out.

Each way to ask for no drums is composed as it is typed and as the model gets it from Busker, with several
seeds. Drums are told by the sound over 7 kHz, of which hi-hats are the loudest source: with étude −14 to
−24 dB of all sound with drums, under −47 dB without.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.signal import butter, sosfilt

from audio.engine import Engine
from audio.errors import EngineError
from audio.piece import Piece
from audio.playout.chain import processed_chunks
from audio.prompts.translation import translate
from audio.units import Pcm
from bot.config.engine_factory import running_engine
from bot.config.settings import Settings

PROMPT: Final = "hip hop, 90 bpm, A minor"

PHRASES: Final = (
    "hard drums", "no drums", "without any drums", "drumless", "no percussion", "not drums, only piano",
    "dont add drums pls", "[drums: none]", "don't use drums", "w/o drums", "without the drums",
    "skip the drums", "drums off", "exclude drums", "no beats",
    "ohne Schlagzeug", "sin batería", "pas de batterie", "sem bateria", "ドラムなし",
)  # fmt: skip
"""One that asks for drums, five that étude was taught, and others."""

HERTZ: Final = 7_000.0

DRUMS_DB: Final = -35.0
"""Share of sound over HERTZ above which there are drums [dB]."""


def treble_db(pcm: Pcm, sample_rate: int) -> float:
    """Return the power of the sound over HERTZ relative to all of it [dB]."""
    high = sosfilt(butter(4, HERTZ, "high", fs=sample_rate, output="sos"), pcm)
    return float(10 * np.log10((np.mean(high**2) + 1e-12) / (np.mean(pcm**2) + 1e-12)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure as the command line says. Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.negations", description=__doc__)
    parser.add_argument("--phrases", nargs="+", default=PHRASES, help=f"what follows after “{PROMPT}”")
    parser.add_argument("--seeds", type=int, default=4, help="pieces of each (default 4)")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of the pieces (default 10)")
    parser.add_argument("--engine", choices=["local", "tone"], default="local")
    options = parser.parse_args(arguments)
    settings = Settings().with_engine(options.engine)
    try:
        asyncio.run(_measure(settings, options.phrases, options.seeds, options.seconds))
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _measure(settings: Settings, phrases: Sequence[str], seeds: int, seconds: float) -> None:
    async with running_engine(settings) as engine:
        print(f"Sound over {HERTZ / 1000:g} kHz [dB], seeds 0 to {seeds - 1}; over {DRUMS_DB:g} are drums.")
        for phrase in phrases:
            typed = f"{PROMPT}, {phrase}"
            for prompt in dict.fromkeys((typed, translate(typed).prompt)):
                pieces = [Piece(prompt, seconds, seed) for seed in range(seeds)]
                sounds = await asyncio.gather(*(_sound(engine, piece) for piece in pieces))
                levels = [treble_db(sound, engine.info.sample_rate) for sound in sounds]
                with_drums = sum(level > DRUMS_DB for level in levels)
                row = " ".join(f"{level:6.1f}" for level in levels)
                print(f"{row}  drums in {with_drums} of {seeds}  {prompt}", flush=True)


async def _sound(engine: Engine, piece: Piece) -> Pcm:
    chunks = [chunk.engine_pcm async for chunk in processed_chunks(engine, piece)]
    return np.concatenate(chunks, axis=1)


if __name__ == "__main__":
    sys.exit(main())
