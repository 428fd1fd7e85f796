"""All cases, by name."""

from __future__ import annotations

from typing import Final

from fuzz.catalogue.boxed import BOXED
from fuzz.catalogue.case import Case
from fuzz.catalogue.chunked import CHUNKED
from fuzz.catalogue.hostile_boxes import HOSTILE_BOXES
from fuzz.catalogue.hostile_containers import HOSTILE_CONTAINERS
from fuzz.catalogue.hostile_streams import HOSTILE_STREAMS
from fuzz.catalogue.plain import PLAIN
from fuzz.catalogue.streams import STREAMS
from fuzz.catalogue.threat import Hostile

CASES: Final[dict[str, Case]] = {case.name: case for case in (*PLAIN, *CHUNKED, *STREAMS, *BOXED)}
"""Good and odd files."""

THREATS: Final[dict[str, Hostile]] = {
    threat.name: threat for threat in (*HOSTILE_STREAMS, *HOSTILE_BOXES, *HOSTILE_CONTAINERS)
}
"""Hostile files."""
