"""Benchmarks of the engine (`bench`) and of the voice path (`bench.load`), each beside an alternative."""

from __future__ import annotations

from typing import Final

PROMPT: Final = "a slow dub with brushed drums and a warm bass"
"""The prompt of every measured piece."""
