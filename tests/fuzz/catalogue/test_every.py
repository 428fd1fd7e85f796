from __future__ import annotations

from fuzz.catalogue.every import CASES, THREATS
from words.catalogue import ENGLISH, worded


def test_no_two_files_have_one_name() -> None:
    """Tests and findings name files, and a dictionary keeps only the last of a name."""
    from fuzz.catalogue.boxed import BOXED
    from fuzz.catalogue.chunked import CHUNKED
    from fuzz.catalogue.hostile_boxes import HOSTILE_BOXES
    from fuzz.catalogue.hostile_containers import HOSTILE_CONTAINERS
    from fuzz.catalogue.hostile_streams import HOSTILE_STREAMS
    from fuzz.catalogue.plain import PLAIN
    from fuzz.catalogue.streams import STREAMS

    assert len(CASES) == len(PLAIN) + len(CHUNKED) + len(STREAMS) + len(BOXED)
    assert len(THREATS) == len(HOSTILE_STREAMS) + len(HOSTILE_BOXES) + len(HOSTILE_CONTAINERS)


def test_refusals_have_sentences() -> None:
    values: dict[str, str | int | float] = {"file": "a.wav", "shortest": 0.5, "longest": 10.0}
    for case in CASES.values():
        for key in case.refused:
            assert worded(key, values, ENGLISH)
