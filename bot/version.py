"""The version of Busker that is installed."""

from __future__ import annotations

import importlib.metadata


def version() -> str | None:
    """Return the version of the package, such as "0.1.0"; None where Busker is not installed as one."""
    try:
        return importlib.metadata.version("busker")
    except importlib.metadata.PackageNotFoundError:
        return None
