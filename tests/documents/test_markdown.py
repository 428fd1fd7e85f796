"""Documents point to things that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("models/*/*.md")]
)
ROOMS = "acceptance|audio|bench|bot|browser|cogs|docs|fuzz|models|rehearsal|tests|training|words"
PATHS = re.compile(rf"`((?:{ROOMS})/[\w./-]*)`")
LINKS = re.compile(r"\]\(([^)#\s]+)(?:#([\w-]+))?\)|\]\(#([\w-]+)\)")
MAX_ARCHITECTURE_WORDS = 1_600


def anchors(document: Path) -> set[str]:
    """The anchors that a forge makes of the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(document: Path) -> list[str]:
    """Paths and links of a document that lead nowhere."""
    text = document.read_text(encoding="utf-8")
    found = [path for path in PATHS.findall(text) if not (ROOT / path).exists()]
    for target, anchor, here in LINKS.findall(text):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path = document.parent / target if target else document
        if not path.exists() or ((anchor or here) and (anchor or here) not in anchors(path)):
            found.append(f"{target}#{anchor or here}")
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_and_links_lead_somewhere(document: Path) -> None:
    assert broken(document) == []


def test_a_path_and_a_link_that_lead_nowhere_are_found(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("# Here\n`bot/gone.py` [a](gone.md) [b](#there) [c](#here) `bot/cli.py`")
    assert broken(document) == ["bot/gone.py", "gone.md#", "#there"]


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in folder.glob("0*.md")} == set(re.findall(r"\((0[\w-]+\.md)\)", index))


def test_the_architecture_can_be_read_in_one_sitting() -> None:
    words = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split()
    assert len(words) <= MAX_ARCHITECTURE_WORDS


def test_the_changelog_has_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\n## [{version}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
