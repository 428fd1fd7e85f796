"""Files for the owner alone: the store and the folders of tracks hold what members typed and sent."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from pathlib import Path
from typing import Final

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
"""Permissions of the group and of everybody else."""

PRIVATE_FILE: Final = stat.S_IRUSR | stat.S_IWUSR
PRIVATE_FOLDER: Final = stat.S_IRWXU

_log = logging.getLogger(__name__)


def create_private(path: Path) -> None:
    """Create an empty file for its owner alone, if there is none and the disk allows it."""
    with contextlib.suppress(OSError):  # whoever opens it next says what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))


def make_private_folder(folder: Path) -> None:
    """Create a folder for its owner alone; one that others can read is closed to them. Raises OSError."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    make_private(folder)


def make_private(*paths: Path) -> None:
    """Take all permissions of others from these files, as far as they exist. What fails is logged."""
    for path in paths:
        try:
            mode = path.stat().st_mode
            if mode & OTHERS:
                path.chmod(stat.S_IMODE(mode) & ~OTHERS)
                _log.info("%s could be used by others; it is its owner's alone now", path)
        except FileNotFoundError:
            continue
        except OSError as error:
            _log.warning("%s can be used by others: %s", path, error.strerror or error)


def is_private(path: Path) -> bool:
    """True if others have no permission on a file, or where the system knows none."""
    return os.name != "posix" or not path.stat().st_mode & OTHERS
