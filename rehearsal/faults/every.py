"""All faults, by name."""

from __future__ import annotations

from rehearsal.faults import closes, moderation
from rehearsal.faults.fault import Fault

FAULTS: dict[str, Fault] = {fault.name: fault for family in (moderation, closes) for fault in family.FAULTS}
