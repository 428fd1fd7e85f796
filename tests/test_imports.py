"""`make quick` loads what it says: marks by imports agree with what Python loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MARKS, marks_of
from tests.imports import ROOT, loaded_by

TESTS = Path(__file__).parent


@pytest.mark.parametrize(
    ("file", "marks"),
    [
        ("audio/test_piece.py", set()),
        ("audio/musicgen/test_engine_core.py", {"torch"}),
        ("bot/session/test_session.py", {"loopback"}),
        ("bot/voice/test_pacer.py", {"voice"}),
    ],
)
def test_a_file_is_marked_for_what_it_imports(file: str, marks: set[str]) -> None:
    assert marks_of(TESTS / file) & {*MARKS, "voice"} == marks


def test_lazy_and_type_checking_imports_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "lazy.py"
    file.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import torch\n"
        "try:\n    import av\nexcept ImportError:\n    import numpy\n"
        "def later():\n    import transformers\n"
    )
    assert {"torch", "transformers"}.isdisjoint(loaded_by(file))
    assert {"av", "numpy"} <= loaded_by(file)


def test_quick_tests_load_no_torch() -> None:
    script = (
        "import sys, pytest\n"
        "status = pytest.main(['--quick', '--collect-only', '-qq', '-p', 'no:cacheprovider'])\n"
        "sys.exit(status or bool({'torch', 'transformers', 'rehearsal.discord_here'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
