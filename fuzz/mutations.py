"""Damages files: at random, and where their structure says that it hurts. The same seed does the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

from fuzz.files.ogg import joined, pages
from fuzz.structure import Order, Part, parts

MAX_BYTES: Final = 256 * 1024
"""Largest file that is made."""

MAX_MUTATIONS: Final = 6

_CURIOUS: Final = (
    *(0, 1, 2, 3, 4, 7, 8, 255, 256, 1023, 4096, 32_767, 32_768, 65_535, 65_536, 2**24 - 1, 2**30),
    *(2**31 - 1, 2**31, 2**32 - 8, 2**32 - 1, 2**62, 2**63 - 1, 2**63, 2**64 - 1),
)
"""Numbers at which programs err."""

_HEAD: Final = 4096
"""Half of the damage goes where the headers are."""

Mutation = Callable[[bytes, random.Random, bytes], bytes]
"""Takes a file, the source of chance, and another file; returns the damaged one."""


def mutated(corpus: Sequence[bytes], seed: str) -> tuple[bytes, int, tuple[str, ...]]:
    """Return a damaged file, the index of the one that it was, and how it was damaged."""
    chance = random.Random(seed)
    index = chance.randrange(len(corpus))
    data, other = corpus[index], chance.choice(corpus)
    chosen = [chance.choice(MUTATIONS) for _ in range(min(MAX_MUTATIONS, 1 + int(chance.expovariate(0.7))))]
    for mutation in chosen:
        data = mutation(data, chance, other)[:MAX_BYTES]
    if data[:4] == b"OggS" and chance.random() < 0.8:  # or FFmpeg drops every page
        data = joined(pages(data))
    return data, index, tuple(mutation.__name__.strip("_") for mutation in chosen)


def _place(data: bytes, chance: random.Random) -> int:
    end = min(len(data), _HEAD) if chance.random() < 0.5 else len(data)
    return chance.randrange(end) if end else 0


def _range(data: bytes, chance: random.Random) -> tuple[int, int]:
    begin = _place(data, chance)
    length = min(len(data) - begin, 1 << chance.randrange(15))
    return begin, begin + length


def _number(chance: random.Random, width: int, order: Order) -> bytes:
    value = chance.choice(_CURIOUS) + chance.choice((0, 0, 0, -1, 1))
    return (value % (1 << 8 * width)).to_bytes(width, order)


def _written(data: bytes, at: int, content: bytes) -> bytes:
    return data[:at] + content[: max(0, len(data) - at)] + data[at + len(content) :]


def _flip_bits(data: bytes, chance: random.Random, other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(1 << chance.randrange(6)):
        if changed:
            changed[_place(data, chance)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _overwrite(data: bytes, chance: random.Random, other: bytes) -> bytes:
    begin, end = _range(data, chance)
    filling = chance.choice((b"\0", b"\xff", b"\x7f", b"\x80", chance.randbytes(1), chance.randbytes(64)))
    return _written(data, begin, (filling * (end - begin))[: end - begin])


def _write_number(data: bytes, chance: random.Random, other: bytes) -> bytes:
    order: Order = chance.choice(("big", "little"))
    return _written(data, _place(data, chance), _number(chance, chance.choice((1, 2, 4, 4, 8)), order))


def _truncate(data: bytes, chance: random.Random, other: bytes) -> bytes:
    at = _place(data, chance)
    return data[at:] if chance.random() < 0.15 else data[:at]


def _splice(data: bytes, chance: random.Random, other: bytes) -> bytes:
    return data[: _place(data, chance)] + other[_place(other, chance) :]


def _insert(data: bytes, chance: random.Random, other: bytes) -> bytes:
    at = _place(data, chance)
    begin, end = _range(other, chance)
    more = other[begin:end] if chance.random() < 0.5 else chance.randbytes(end - begin)
    return data[:at] + more + data[at:]


def _duplicate(data: bytes, chance: random.Random, other: bytes) -> bytes:
    begin, end = _range(data, chance)
    return data[:end] + data[begin:end] * (1 << chance.randrange(6)) + data[end:]


def _remove(data: bytes, chance: random.Random, other: bytes) -> bytes:
    begin, end = _range(data, chance)
    return data[:begin] + data[end:]


def _part(data: bytes, chance: random.Random) -> Part | None:
    found = parts(data)
    return chance.choice(found) if found else None


def _claim_length(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """Let a part claim another length."""
    if (part := _part(data, chance)) is None:
        return _write_number(data, chance, other)
    if chance.random() < 0.5:
        claimed = _number(chance, part.width, part.order)
    else:
        length = int.from_bytes(data[part.field : part.field + part.width], part.order)
        wrong = (length + chance.choice((-8, -1, 1, 8, 100))) % (1 << 8 * part.width)
        claimed = wrong.to_bytes(part.width, part.order)
    return _written(data, part.field, claimed)


def _damage_head_of_part(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """Damage the first fields of a part, where its numbers are."""
    if (part := _part(data, chance)) is None:
        return _flip_bits(data, chance, other)
    at = part.field + part.width + chance.randrange(64)
    order: Order = chance.choice(("big", "little"))
    return _written(data, at, _number(chance, chance.choice((1, 2, 4, 8)), order))


def _repeat_part(data: bytes, chance: random.Random, other: bytes) -> bytes:
    if (part := _part(data, chance)) is None:
        return _duplicate(data, chance, other)
    repeated = data[part.begin : part.end] * (1 << chance.randrange(10))
    return data[: part.end] + repeated[:MAX_BYTES] + data[part.end :]


def _remove_part(data: bytes, chance: random.Random, other: bytes) -> bytes:
    if (part := _part(data, chance)) is None:
        return _remove(data, chance, other)
    return data[: part.begin] + data[part.end :]


def _swap_parts(data: bytes, chance: random.Random, other: bytes) -> bytes:
    first, second = _part(data, chance), _part(data, chance)
    if first is None or second is None or first.end > second.begin:
        return _insert_part(data, chance, other)
    between = data[first.end : second.begin]
    return (
        data[: first.begin]
        + data[second.begin : second.end]
        + between
        + data[first.begin : first.end]
        + data[second.end :]
    )


def _insert_part(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """Take over a part of another file, which may be of another kind."""
    here, there = _part(data, chance), _part(other, chance)
    if here is None or there is None:
        return _insert(data, chance, other)
    return data[: here.begin] + other[there.begin : there.end] + data[here.begin :]


def _cut_in_part(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """End the file within a part."""
    if (part := _part(data, chance)) is None:
        return _truncate(data, chance, other)
    return data[: chance.randint(part.begin, part.end)]


def _lose_a_byte(data: bytes, chance: random.Random, other: bytes) -> bytes:
    at = _place(data, chance)
    return data[:at] + data[at + 1 :]


MUTATIONS: Final[tuple[Mutation, ...]] = (
    *(_claim_length, _damage_head_of_part, _flip_bits) * 3,
    *(_overwrite, _write_number) * 2,
    *(_truncate, _splice, _insert, _duplicate, _remove, _lose_a_byte),
    *(_repeat_part, _remove_part, _swap_parts, _insert_part, _cut_in_part),
)
"""All of them; the more often, the likelier."""
