"""How fast the engine is, and how many channels one process plays, each beside what there is elsewhere."""

from __future__ import annotations

from typing import Final

PROMPT: Final = "a slow dub with brushed drums and a warm bass"
"""What is composed when something is measured."""
