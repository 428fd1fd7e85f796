"""Styles: tempos, modes, figures and sounds that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Style:
    """Choices of a style. One entry of each tuple is drawn; entries listed twice are drawn more often."""

    name: str
    bpm: tuple[int, int]
    """Range of tempos [beats/min]."""
    modes: tuple[str, ...]
    progressions: tuple[str, ...]
    """Families of `scales.PROGRESSIONS`; "own" is the family of the mode."""
    kits: tuple[str, ...]
    cymbals: tuple[str, ...]
    low: tuple[str, ...]
    high: tuple[str, ...]
    bass: tuple[tuple[str, str], ...]
    """Pairs (sound, figure), as in `chords`."""
    chords: tuple[tuple[str, str], ...]
    leads: tuple[str, ...]
    motion: tuple[int, int]
    """Range of usual note lengths in a melody [sixteenths]."""
    drums: float = 0.92
    """Probability of drums without a constraint."""
    lead: float = 0.6
    """Probability of a lead."""
    bassless: float = 0.04
    """Probability of no bass."""
    beats: int = 4
    swing: tuple[str, ...] = ("straight",)
    crash: bool = False
    fills: bool = True
    sevenths: float = 0.0
    """Probability of chords built on the third above the bass, see `Plan.seventh`."""


STYLES: Final = (
    Style("lofi", (66, 92), ("minor", "dorian", "major"), ("jazz", "own"), ("dusty",), ("dusty",), ("dusty",),
          ("eighths", "eighths", "quarters"), (("upright bass", "sparse"), ("sub bass", "sparse")),
          (("electric piano", "lazy"), ("electric piano", "half"), ("electric piano", "lazy"), ("piano",
          "lazy")),
          ("bells", "flute", "plucks", "sax"), (3, 8), lead=0.5, swing=("lazy",), fills=False, sevenths=0.7),
    Style("techno", (122, 142), ("minor", "minor", "dorian"), ("vamp",), ("machine",), ("machine",),
         ("floor", "clap"),
          ("offbeat", "offbeat", "sixteenths"), (("synth bass", "rolling"), ("synth bass", "offbeat")),
          (("stab", "stabs"), ("stab", "stabs"), ("pad", "whole")), ("plucks", "saw lead"), (1, 3), lead=0.35,
          fills=False),
    Style("house", (116, 128), ("minor", "dorian", "major", "mixolydian"), ("own", "vamp", "jazz"),
         ("machine",),
          ("machine",), ("clap",), ("offbeat",),
          (("synth bass", "syncopated"), ("synth bass", "offbeat"), ("electric bass", "syncopated")),
          (("piano", "stabs"), ("electric piano", "stabs"), ("stab", "stabs")), ("flute", "sax", "plucks"),
          (2, 6),
          lead=0.35, fills=False, sevenths=0.5),
    Style("ambient", (60, 84), ("major", "minor", "dorian"), ("own", "vamp"), ("brushed",), ("shaker",),
         ("soft",),
          ("shaker", "quarters"), (("sub bass", "half"),), (("pad", "whole"), ("pad", "whole"), ("strings",
          "whole")),
          ("bells", "flute", "plucks"), (6, 16), drums=0.1, bassless=0.6, fills=False, sevenths=0.3),
    Style("rock", (100, 160), ("minor", "major", "mixolydian"), ("own", "blues"), ("live",), ("live",),
          ("rock", "backbeat"), ("rock",), (("electric bass", "eighths"),), (("guitar", "eighths"),
          ("guitar", "strum")),
          ("saw lead", "plucks"), (2, 6), lead=0.45, crash=True),
    Style("swing", (110, 180), ("major", "dorian", "major"), ("jazz", "blues"), ("brushed",), ("live",),
         ("swing",),
          ("swing",), (("upright bass", "walk"),), (("piano", "comp"), ("guitar", "quarters"), ("piano",
          "comp")),
          ("sax", "sax", "flute", "bells"), (2, 4), drums=0.9, lead=0.7, swing=("triplet",), sevenths=0.7),
    Style("chiptune", (110, 178), ("major", "minor", "major"), ("own",), ("chip",), ("chip",), ("chip",),
          ("eighths", "offbeat"), (("chip bass", "eighths"), ("chip bass", "octave")),
          (("chip arpeggio", "whole"), ("chip arpeggio", "quarters")), ("square lead",), (1, 4), drums=0.9,
          lead=0.85),
    Style("orchestral", (62, 132), ("minor", "major", "minor"), ("own",), ("timpani",), ("live",),
         ("timpani",),
          ("none", "cymbal"), (("upright bass", "whole"), ("upright bass", "quarters")),
          (("strings", "whole"), ("strings", "half"), ("strings", "eighths")), ("flute", "flute", "bells"),
          (4, 8),
          drums=0.5, lead=0.7),
    Style("funk", (92, 118), ("dorian", "mixolydian", "minor"), ("vamp",), ("live",), ("live",), ("funk",),
          ("sixteenths", "eighths"), (("electric bass", "funk"),), (("guitar", "scratch"), ("electric piano",
          "comp")),
          ("sax", "saw lead"), (1, 4), lead=0.45, swing=("straight", "lazy"), sevenths=0.5),
    Style("drum and bass", (164, 178), ("minor", "minor", "dorian"), ("own", "vamp"), ("break",),
         ("machine",),
          ("break",), ("sixteenths", "eighths"), (("sub bass", "syncopated"), ("synth bass", "half")),
          (("pad", "whole"), ("electric piano", "lazy")), ("plucks", "bells", "saw lead"), (4, 12), lead=0.4,
          sevenths=0.3),
    Style("synthwave", (80, 118), ("minor", "minor", "major"), ("own",), ("gated",), ("machine",), ("gated",),
          ("eighths", "sixteenths"), (("synth bass", "eighths"), ("synth bass", "octave"), ("synth bass",
          "rolling")),
          (("pad", "whole"), ("pad", "whole"), ("stab", "eighths")), ("saw lead", "saw lead", "square lead"),
          (3, 8),
          lead=0.6),
    Style("waltz", (90, 170), ("major", "minor", "major"), ("own",), ("brushed",), ("shaker",), ("waltz",),
         ("waltz",),
          (("upright bass", "waltz"),), (("piano", "waltz"), ("strings", "waltz"), ("guitar", "waltz")),
          ("flute", "bells", "sax"), (4, 8), drums=0.4, lead=0.8, beats=3, fills=False),
    Style("folk", (76, 126), ("major", "major", "minor", "mixolydian"), ("own",), ("brushed",), ("shaker",),
         ("soft",),
          ("shaker",), (("upright bass", "half"),), (("guitar", "strum"),), ("flute", "plucks", "flute"), (2,
          6),
          drums=0.3, bassless=0.3, fills=False),
    Style("hip hop", (82, 104), ("minor", "dorian"), ("vamp", "own"), ("dusty",), ("live",), ("half",
         "dusty", "backbeat"),
          ("eighths", "eighths", "sixteenths"), (("sub bass", "sparse"), ("electric bass", "sparse")),
          (("piano", "stabs"), ("strings", "half"), ("piano", "comp")), ("plucks", "flute", "bells"), (2, 6),
          lead=0.35,
          drums=0.96, swing=("lazy", "straight")),
    Style("reggae", (66, 90), ("minor", "major", "dorian"), ("vamp", "own"), ("live",), ("shaker",),
         ("one drop",),
          ("shaker",), (("electric bass", "reggae"),), (("guitar", "skank"), ("electric piano", "skank")),
          ("sax", "plucks"), (2, 6), lead=0.4),
)  # fmt: skip
"""All styles."""

STYLES_BY_NAME: Final = {style.name: style for style in STYLES}
"""Styles by name."""
