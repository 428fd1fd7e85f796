"""What was loaded to stay is not walked over, and is collected again afterwards."""

from __future__ import annotations

import gc
import weakref

from bot.ops.gc_freeze import settled


class Ring:
    """Refers to itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.me = self


def test_what_is_there_is_passed_over_until_it_is_left() -> None:
    staying = Ring()
    kept = weakref.ref(staying)
    with settled():
        assert gc.get_freeze_count() > 10_000
        del staying
        gc.collect()
        assert kept() is not None
    gc.collect()
    assert kept() is None
    assert gc.get_freeze_count() == 0


def test_garbage_of_before_and_of_meanwhile_is_freed_all_the_same() -> None:
    before = weakref.ref(Ring())
    with settled():
        assert before() is None
        meanwhile = weakref.ref(Ring())
        gc.collect()
        assert meanwhile() is None
