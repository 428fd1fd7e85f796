"""Vocabulary of prompts, by property of a plan."""

from __future__ import annotations

from typing import Final

STYLES: Final = {
    "lofi": ("lofi", "lo-fi", "lofi hip hop", "lo-fi beats", "chillhop", "lofi beats to study to",
         "study beats"),
    "techno": ("techno", "minimal techno", "club techno", "driving techno", "warehouse techno", "rave",
         "trance"),
    "house": ("house", "deep house", "house music", "club house", "edm", "dance music", "disco house",
         "disco"),
    "ambient": ("ambient", "ambient soundscape", "atmospheric", "meditation music", "space music",
         "sleep music",
                "drone", "new age"),
    "rock": ("rock", "rock music", "hard rock", "indie rock", "punk", "punk rock", "classic rock",
         "garage rock", "metal"),
    "swing": ("swing", "jazz", "swing jazz", "jazz trio", "bebop", "big band", "jazz club", "smooth jazz"),
    "chiptune": ("chiptune", "8-bit", "8 bit", "chip music", "retro game music", "video game music",
         "nes music",
                 "arcade music", "game boy"),
    "orchestral": ("orchestral", "orchestra", "cinematic", "film score", "symphonic", "epic orchestral",
         "classical",
                   "movie soundtrack", "epic"),
    "funk": ("funk", "funky groove", "funk groove", "70s funk", "soul", "soul funk", "funky"),
    "drum and bass": ("drum and bass", "dnb", "drum n bass", "d&b", "liquid drum and bass", "jungle",
         "breakbeat"),
    "synthwave": ("synthwave", "80s synthwave", "retrowave", "outrun", "80s", "80s retro", "synth pop",
         "vaporwave",
                  "cyberpunk"),
    "waltz": ("waltz", "waltz in 3/4", "viennese waltz", "3/4 dance", "slow dance in three",
         "ballroom waltz"),
    "folk": ("folk", "acoustic folk", "acoustic", "singer songwriter", "campfire", "country", "americana",
         "folk song"),
    "hip hop": ("hip hop", "boom bap", "hip-hop beat", "rap beat", "old school hip hop", "rap instrumental",
         "trap"),
    "reggae": ("reggae", "dub", "roots reggae", "ska", "dub reggae", "jamaican"),
}  # fmt: skip
"""Names of the styles."""

SOUNDS: Final = {
    "upright bass": ("upright bass", "double bass", "acoustic bass"),
    "electric bass": ("bass guitar", "electric bass"),
    "synth bass": ("synth bass", "analog bass", "bass synth"),
    "sub bass": ("sub bass", "deep bass", "808 bass"),
    "chip bass": ("8-bit bass", "triangle bass", "chip bass"),
    "electric piano": ("electric piano", "rhodes", "e-piano", "mellow keys"),
    "piano": ("piano", "grand piano", "acoustic piano"),
    "guitar": ("guitar", "guitars", "strummed guitar", "guitar chords"),
    "pad": ("pad", "synth pad", "warm pads", "pads"),
    "strings": ("strings", "string section", "violins", "lush strings"),
    "stab": ("synth stabs", "chord stabs", "stabs"),
    "chip arpeggio": ("arpeggios", "chip arps", "8-bit arpeggios", "fast arpeggios"),
    "flute": ("flute", "soft flute", "flute melody", "flute solo"),
    "square lead": ("square lead", "pulse lead", "8-bit melody", "chip lead"),
    "saw lead": ("synth lead", "saw lead", "lead synth", "synth melody", "lead guitar"),
    "sax": ("saxophone", "sax", "tenor sax", "sax solo", "horn"),
    "bells": ("bells", "music box", "vibraphone", "glockenspiel", "celesta", "vibes"),
    "plucks": ("plucks", "plucked synth", "harp", "kalimba", "marimba"),
}
"""Names of the sounds."""

DRUMS: Final = (
    "drums",
    "with drums",
    "a drum beat",
    "with percussion",
    "steady beat",
    "with a beat",
    "drum kit",
)
"""Requests for drums."""
NO_DRUMS: Final = ("no drums", "without drums", "drumless", "no percussion", "no beat", "beatless",
     "without any drums",
                   "without percussion", "no drum", "minus the drums")  # fmt: skip
"""Requests for no drums."""
NO_BASS: Final = ("no bass", "without bass")
"""Requests for no bass."""
NO_LEAD: Final = ("no melody", "no lead", "just the backing")
"""Requests for no lead."""

MINOR: Final = ("dark", "sad", "melancholic", "moody", "mysterious", "gloomy", "brooding", "minor key",
     "somber", "tense",
                "nocturnal", "lonely", "haunting")  # fmt: skip
"""Moods of minor keys."""
MAJOR: Final = ("happy", "bright", "cheerful", "sunny", "uplifting", "joyful", "warm", "hopeful", "positive",
                "major key", "playful", "sweet")  # fmt: skip
"""Moods of major keys."""
ENERGY: Final = (
    (
        "calm",
        "sparse",
        "minimal",
        "relaxing",
        "quiet",
        "gentle",
        "chill",
        "soft",
        "mellow",
        "peaceful",
        "sleepy",
    ),
    ("steady", "groovy", "catchy", "smooth"),
    ("energetic", "busy", "intense", "driving", "lively", "powerful", "wild", "full of energy"),
)
"""Words for low, usual and high energy."""
TEMPO: Final = (
    (76, ("very slow", "slow", "slowly", "really slow")),
    (98, ("slow", "relaxed tempo", "laid-back", "downtempo", "unhurried")),
    (122, ("medium tempo", "mid-tempo", "moderate tempo", "walking pace")),
    (146, ("fast", "upbeat", "uptempo", "brisk")),
    (10_000, ("very fast", "fast", "rapid", "high speed", "frantic")),
)
"""Words for tempos below a limit [beats/min], in ascending order."""

TONICS: Final = (
    ("C",), ("C#", "C sharp", "Db", "D flat"), ("D",), ("Eb", "E flat", "D#", "D sharp"), ("E",), ("F",),
    ("F#", "F sharp", "Gb", "G flat"), ("G",), ("Ab", "A flat", "G#", "G sharp"), ("A",), ("Bb", "B flat",
         "A#"),
    ("B",),
)  # fmt: skip
"""Names of the pitch classes."""

OPENINGS: Final = ("", "", "", "", "a ", "some ", "play ", "please play ", "make ", "i want ", "compose ",
     "give me ",
                   "can you write ", "something like ", "a piece of ", "write me a ",
                        "let's hear ")  # fmt: skip
"""Starts of a prompt."""
KINDS: Final = (
    "",
    "",
    "",
    " music",
    " track",
    " song",
    " beat",
    " piece",
    " tune",
    " groove",
    " instrumental",
)
"""Nouns that follow a style."""
SCENES: Final = (
    "for studying", "to relax to", "for a rainy evening", "for driving at night", "for a party",
         "to wake up to",
    "for my game", "for a walk in the forest", "for the dungeon", "while cooking", "by the sea",
         "in the snow",
    "about robots", "for a friend's birthday", "like in the old days", "from a dream", "in a small cafe",
    "for the boss fight", "in outer space", "on a summer morning", "for our stream", "to code to",
         "with feeling",
    "as if it were autumn", "for the dance floor", "that goes on and on", "for the end credits",
         "under the stars",
)  # fmt: skip
"""Phrases without musical information."""
