"""For all tests: one thread of computing for each process, as in the worker.

pytest runs as two processes on two cores. Where each has two threads, these wait for each other at every
product: with both cores busy a piece took 60 times as long (measured).
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # read when torch is imported, also by the processes that tests start
