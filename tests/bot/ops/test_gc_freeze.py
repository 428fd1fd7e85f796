"""Frozen objects are not collected within the block, and are again afterwards."""

from __future__ import annotations

import gc
import weakref

from bot.ops.gc_freeze import gc_frozen


class Ring:
    """Refers to itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


def test_objects_from_before_the_block_are_not_collected_within_it() -> None:
    frozen = Ring()
    reference = weakref.ref(frozen)
    with gc_frozen():
        assert gc.get_freeze_count() > 10_000
        del frozen
        gc.collect()
        assert reference() is not None
    gc.collect()
    assert reference() is None
    assert gc.get_freeze_count() == 0


def test_garbage_from_before_and_from_within_the_block_is_freed() -> None:
    before = weakref.ref(Ring())
    with gc_frozen():
        assert before() is None
        within = weakref.ref(Ring())
        gc.collect()
        assert within() is None
