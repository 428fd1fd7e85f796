"""`make lock`: write the hashes of all packages, with uv, from pyproject.toml and constraints.txt."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
ROOT: Final = FOLDER.parent
OLDEST_PYTHON: Final = "3.11"
TORCH: Final = re.compile(r"(torch|triton|nvidia-.*|cuda-.*)==")
"""Packages that another index of torch replaces."""

HEADER: Final = "# Written by `make lock`; see README.md.\n"


def locked(*arguments: str) -> dict[str, str]:
    """Return each package that uv resolves, by name and version, as the lines of a file with hashes."""
    command = [
        *(
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--no-config",
            "--no-header",
            "--no-annotate",
        ),
        *("--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--upgrade", *arguments),
    ]
    text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {entry.split(" ", 1)[0]: entry for entry in re.split(r"\n(?=\S)", text.strip())}


def main() -> None:
    ours = ("pyproject.toml", "--constraint", "constraints.txt")
    run, everything = locked(*ours), locked(*ours, "--all-extras")
    if more := run.keys() - everything.keys():
        sys.exit(f"The tests would run with other versions of {', '.join(more)}.")
    files = {
        "run": [entry for name, entry in run.items() if not TORCH.match(name)],
        "torch": [entry for name, entry in run.items() if TORCH.match(name)],
        "dev": [entry for name, entry in everything.items() if name not in run],
        "audit": list(locked("requirements/audit.in").values()),
    }
    for name, entries in files.items():
        (FOLDER / f"{name}.txt").write_text(HEADER + "".join(f"{entry}\n" for entry in entries))


if __name__ == "__main__":
    main()
