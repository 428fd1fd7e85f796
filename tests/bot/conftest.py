"""Fixtures for tests of the bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.repository import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store that is open."""
    store = Store(tmp_path / "busker.sqlite")
    await store.open()
    yield store
    await store.close()
