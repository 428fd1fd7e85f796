"""What the child processes get of the bot's process: the environment that they need, and nothing secret.

A child that is started, not forked, keeps the environment of that moment in its memory for life. So what is
secret is hidden while a process starts, rather than removed by the process itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final

WRITER_ENVIRONMENT: Final = (
    *("HOME", "LANG", "LANGUAGE", "LC_*", "LOGNAME", "PATH", "TEMP", "TMP", "TMPDIR", "TZ", "TZDIR", "USER"),
    *("PYTHON*", "VIRTUAL_ENV"),
    *("DYLD_*", "GLIBC_TUNABLES", "LD_*", "MALLOC_*"),
    *("GOMP_*", "KMP_*", "MKL_*", "OMP_*", "OPENBLAS_*"),
    *("APPDATA", "COMSPEC", "LOCALAPPDATA", "PATHEXT", "SYSTEMDRIVE", "SYSTEMROOT", "USERPROFILE", "WINDIR"),
)
"""Names (shell patterns) of the variables that a Python process with numpy needs."""

ENGINE_ENVIRONMENT: Final = (
    *WRITER_ENVIRONMENT,
    *(
        "CUBLAS_*",
        "CUDA_*",
        "CUDNN_*",
        "HIP_*",
        "HSA_*",
        "NVIDIA_*",
        "PYTORCH_*",
        "ROCM_*",
        "TORCH*",
        "TRITON_*",
    ),
    *("C_INCLUDE_PATH", "CC", "CPATH", "LIBRARY_PATH"),
    *("HF_*", "HUGGINGFACE_*", "HUGGING_FACE_*", "TOKENIZERS_*", "TRANSFORMERS_*", "XDG_CACHE_HOME"),
    *(
        "ALL_PROXY",
        "CURL_CA_BUNDLE",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NO_PROXY",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_*",
    ),
)
"""Also those of devices, of Triton's compiler, and of downloads from the hub."""

_PR_SET_DUMPABLE: Final = 4
"""prctl(2), include/uapi/linux/prctl.h."""

_changing = threading.Lock()
"""Held while the environment is another one."""


def environment(names: Sequence[str]) -> dict[str, str]:
    """Return the part of this process's environment whose names match one of the patterns `names`.

    No `BUSKER_*` variable is ever part of it.
    """
    return {name: value for name, value in os.environ.items() if _is_passed_on(name.upper(), names)}


@contextlib.contextmanager
def inheriting(names: Sequence[str]) -> Iterator[None]:
    """Within the block, a process that is started inherits `environment(names)` and no other variable.

    For multiprocessing, which starts its processes with the environment of the caller.
    """
    with _changing:
        kept = environment(names)
        hidden = {name: value for name, value in os.environ.items() if name not in kept}
        for name in hidden:
            del os.environ[name]
        try:
            yield
        finally:
            os.environ.update(hidden)


def forbid_core_dumps() -> None:
    """Let no crash write the memory of this process, or of one that it starts, to a file."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def hide_memory() -> None:
    """Let no other process of the same user read this one's memory and first environment; on Linux only.

    A debugger or profiler needs to be root then. Children that are started can be read again.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # a C library without it
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _is_passed_on(name: str, patterns: Sequence[str]) -> bool:
    return not name.startswith("BUSKER_") and any(fnmatchcase(name, pattern) for pattern in patterns)
