"""Rhythmic figures of one bar, one character per sixteenth.

Low drums: K kick, S snare, B both, T tom. High drums: h hat, g ghost, o open hat, r ride, c crash.
Bass: R root, 5 fifth, 3 third, O octave, N leading note to the next bar. Chords: X.
`-` holds a note of bass or chords; `.` is a rest. Waltz figures have twelve characters.
"""

from __future__ import annotations

from typing import Final

LOW: Final = {
    "backbeat": ("K...S...K.K.S...", "K..K..S...K.S...", "K.K.S...K.K.S...", "K...S..KK...S..."),
    "rock": (
        "K.......K.K.....",
        "K.......S.......",
        "K...S...K.K.S...",
        "K.K.S...K...S...",
        "K..KS...K.K.S...",
    ),
    "dusty": ("K.....K.S.......", "K...S.....K.S...", "K..KS.....K.S...", "K...S..K..K.S..."),
    "floor": ("K...K...K...K...",),
    "clap": ("K...B...K...B...", "K...B...K..KB...", "K...B..KK...B..."),
    "swing": ("K.......K.......", "K...............", "K.......K.....S.", "K.....S.K......."),
    "chip": ("K...S...K...S...", "K..KS...K..KS...", "K.K.S...K.K.S.S."),
    "timpani": ("T.......T.......", "T...............", "T.......T...T.T.", "T.....T.T......."),
    "funk": ("K.K.S..K..K.S..S", "K..KS..K.KK.S...", "K.K.S..S.KS.S..K", "K...S..K.K..S.K."),
    "break": ("K.K.S.....K.S...", "K.K.S..S.SK.S..S", "K...S..S.SK.S...", "K.KSS.....KKS..."),
    "gated": ("K...S...K...S...", "K...S...K.K.S...", "K..KS...K...S..K"),
    "half": ("K.......S.......", "K.....K.S.....K.", "K..K....S..K...."),
    "waltz": ("K...........", "K.......S...", "K...S...S..."),
    "soft": ("K.......S.......", "K.....K.S.......", "K...........S..."),
    "one drop": ("........B.......", "K.......B.......", "..K.....B.....K."),
}
"""Figures of the low drums, by family."""

HIGH: Final = {
    "eighths": ("h.h.h.h.h.h.h.h.", "h.g.h.g.h.g.h.g.", "h.h.h.h.h.h.h.o."),
    "sixteenths": ("hghghghghghghghg", "hghhhghhhghhhghh", "hghghgohhghghgoh"),
    "offbeat": ("..o...o...o...o.", "g.o.g.o.g.o.g.o.", "ggo.ggo.ggo.ggo."),
    "ride": ("r...r..rr...r..r", "r...r.r.r...r.r.", "r...r.hrr...r.hr"),
    "swing": ("r...r.r.r...r.r.", "r...h.r.r...h.r.", "r...r.r.r...h.r."),
    "rock": ("h.h.h.h.h.h.h.h.", "r.r.r.r.r.r.r.r.", "o...o...o...o..."),
    "shaker": ("h.g.h.g.h.g.h.g.", "hggghggghggghggg", "..h...h...h...h."),
    "quarters": ("h...h...h...h...", "....h.......h..."),
    "waltz": ("....h...h...", "h...h...h...", "h.g.h.g.h.g."),
    "cymbal": ("c...............", "................", "................"),
    "none": ("................",),
}
"""Figures of the high drums, by family."""

BASS: Final = {
    "whole": ("R---------------", "R-------R-------", "R-----------5---"),
    "half": ("R-------5-------", "R-------R-----N-", "R-------5-----N-"),
    "walk": ("R---3---5---N---", "R---5---3---N---", "R---3---5---O---", "R---O---5---N---"),
    "quarters": ("R---R---R---R---", "R---R---R---5---"),
    "eighths": ("R-R-R-R-R-R-R-R-", "R-R-R-R-R-R-5-N-", "R-R-R-R-R-R-R-O-"),
    "sparse": ("R---------R-----", "R-----R---------", "R-------R-.R----", "R--R------5-----"),
    "octave": ("R-O-R-O-R-O-R-O-", "R-O-R-O-R-O-5-O-"),
    "offbeat": ("..R-..R-..R-..R-", "..R...R...R...O."),
    "rolling": (".RRR.RRR.RRR.RRR", "RRRRRRRRRRRRRRRR", "R.RRR.RRR.RRR.RO"),
    "syncopated": ("R--R--R---..R-O-", "R-----R-..R-O-..", "..R-..R-R--R--O-", "R--R..R-..R-..O-"),
    "funk": ("R.RO..R.5..R.RO.", "R..RO.R...R.O.N.", "RR..O.R.R..5..O.", "R...O.RR..R.5.N."),
    "waltz": ("R-------....", "R---5---5---", "R-----------"),
    "reggae": ("R--.R-3-5---....", "....R-R-3-5-R---", "R---..R-..5-R---"),
}
"""Figures of the bass, by family."""

CHORDS: Final = {
    "whole": ("X---------------",),
    "half": ("X-------X-------", "X-----X---------"),
    "lazy": ("X---------X-----", "X-----X---......", "..X-------X-----", "X--X------......"),
    "stabs": ("..X...X...X...X.", "X..X..X...X..X..", "X..X..X.........", "...X..X....X..X."),
    "comp": ("X.....X.........", "..X-......X.....", "X-....X-....X...", "......X-......X-"),
    "strum": ("X---X-X-..X-X-X-", "X---X---X---X-X-", "X-X-X-X-X-X-X-X-", "X---X-XX-XX-X-X-"),
    "eighths": ("X-X-X-X-X-X-X-X-", "X.X.X.X.X.X.X.X."),
    "quarters": ("X---X---X---X---", "X---X-X-X---X-X-"),
    "scratch": ("X.XX.X..X.XX.X.X", "..X.XX....X.XX..", "X..X.X.XX..X.X.."),
    "skank": ("....X.......X...", "..X...X...X...X."),
    "waltz": ("....X---X---", "X-----------", "....X...X..."),
}
"""Figures of the chords, by family."""

FILLS: Final = ("........S.S.SSTT", "............SSTT", "........K.S.S.TT", "............SSSS")
"""Low drums of the last bar of a phrase; a fill replaces the figure from its first hit on."""
