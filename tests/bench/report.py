"""The measured rows as Markdown: what came, how it compares, whether that is enough."""

import math
import os
import platform
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from figures import Figures, Sample
from rows import Row, Unit

BEGIN, END = "<!-- results -->", "<!-- end of results -->"
PACKAGES = ("aiohttp", "orjson", "openai", "uvloop")
HEAD = (
    "| what | this server | bare aiohttp | ratio | CPU ratio | must | stretch | |",
    "|---|--:|--:|--:|--:|--:|--:|---|",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A row, and what was measured for it."""

    row: Row
    figures: Figures

    @property
    def judged(self) -> float:
        """What the targets are about: a ratio, or a value in the row's unit."""
        if self.row.judged == "ratio":
            return self.figures.ratio
        return median(one.value for one in self.figures.ours) * self.row.unit.scale

    def meets(self, target: float) -> bool:
        """Whether what was measured is as good as that."""
        return self.judged >= target if self.row.unit.more_is_better else self.judged <= target

    @property
    def verdict(self) -> str:
        """In one word; empty for a row without targets."""
        row = self.row
        if row.must is None:
            return ""
        if not self.meets(row.must):
            return "**short**"
        return "stretch" if row.stretch is not None and self.meets(row.stretch) else "met"


def line_of(result: Result) -> str:
    """The row's line in the table."""
    row, figures = result.row, result.figures
    cells = (
        row.title,
        _values(figures.ours, row.unit),
        _values(figures.bare, row.unit),
        _number(figures.ratio),
        _number(figures.cpu_ratio),
        _target(row, row.must),
        _target(row, row.stretch),
        result.verdict,
    )
    return f"| {' | '.join(cells)} |"


def table(results: Sequence[Result]) -> str:
    """All lines, and what they were measured with."""
    return "\n".join((_machine(), "", *HEAD, *map(line_of, results)))


def shortfalls(results: Sequence[Result]) -> Iterator[str]:
    """A sentence for each row that is not what it must be."""
    for result in results:
        if result.verdict == "**short**":
            row = result.row
            yield f"{row.name} falls short: {_number(result.judged)}, {_target(row, row.must)} is wanted."


def write(page: Path, results: Sequence[Result]) -> None:
    """Put the table between the marks of a page; what stands around it stays."""
    marked = re.compile(f"{BEGIN}.*{END}", re.DOTALL)
    text, found = marked.subn(lambda _: f"{BEGIN}\n\n{table(results)}\n\n{END}", page.read_text(encoding="utf-8"))
    if not found:
        raise ValueError(f"{page} has no place for the results; expected {BEGIN} and {END}.")
    page.write_text(text, encoding="utf-8")


def _machine() -> str:
    """What was measured: this server takes uvloop where it is installed, bare aiohttp never does."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES if find_spec(name))
    return f"Python {platform.python_version()}, {packages}; {os.cpu_count()} cores, {platform.system()}."


def _values(samples: Sequence[Sample], unit: Unit) -> str:
    """The median, and the least and the most of several."""
    if not samples:
        return ""
    values = [one.value * unit.scale for one in samples]
    middle, least, most = (f"{value:,.{unit.digits}f}" for value in (median(values), min(values), max(values)))
    return f"{middle} {unit.symbol} ({least} to {most})" if len(values) > 1 else f"{middle} {unit.symbol}"


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f}"


def _target(row: Row, target: float | None) -> str:
    if target is None:
        return ""
    sign = "≥" if row.unit.more_is_better else "≤"
    return f"{sign} {target:.3g}" + (f" {row.unit.symbol}" if row.judged == "value" else "")
