"""All faults, by name."""

from __future__ import annotations

from typing import Final

from rehearsal.faults import closes, engine, gateway, group, moderation, network, places, rest
from rehearsal.faults.fault import Fault

FAMILIES: Final = (moderation, closes, places, network, gateway, group, rest, engine)

FAULTS: Final[dict[str, Fault]] = {fault.name: fault for family in FAMILIES for fault in family.FAULTS}
