"""What a run of the fuzzer says at its end."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.campaign import Finding, Plan, Tally


def table(tally: Tally, plan: Plan, seconds: float, processes: int) -> str:
    """Return a table of all results, then a line for each finding."""
    return "\n".join(_lines(tally, plan, seconds, processes))


def _lines(tally: Tally, plan: Plan, seconds: float, processes: int) -> Iterator[str]:
    rate = tally.files / seconds if seconds else 0.0
    yield (
        f"{tally.files:,} damaged files, seeds {plan.name_of(plan.first)} to "
        f"{plan.name_of(plan.first + plan.files - 1)}, in {seconds:,.0f} s: "
        f"{rate:.0f} a second in {processes} processes"
    )
    yield ""
    rows = [
        (f"{verdict}{f' ({detail})' if detail else ''}", number)
        for (verdict, detail), number in sorted(tally.results.items(), key=lambda item: -item[1])
    ]
    width = max((len(name) for name, _ in rows), default=0)
    for name, number in rows:
        yield f"{name:{width}}  {number:9,}  {number / tally.files:7.2%}"
    yield ""
    if tally.files:
        yield (
            f"processor time: {1000 * tally.cpu_seconds / tally.files:.1f} ms a file, at most "
            f"{tally.max_cpu[0]:.2f} s ({tally.max_cpu[1]})"
        )
        yield f"memory: at most {tally.max_peak[0] / 10**6:.0f} MB ({tally.max_peak[1]})"
    yield f"findings: {len(tally.findings)}"
    yield from map(line, tally.findings)


def line(finding: Finding) -> str:
    """Return one line about a file."""
    result = finding.result
    return (
        f"{finding.seed} {result.verdict} {result.detail} ({result.cpu_seconds:.2f} s, "
        f"{result.peak_bytes / 10**6:.0f} MB): {finding.base}, {', '.join(finding.damage)}; {finding.path}"
    )
