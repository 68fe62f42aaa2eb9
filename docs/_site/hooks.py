# ruff: noqa: INP001 - read by mkdocs as a file, no package
"""Pages that lie outside docs/ become pages of the site, and links to them lead there."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

OUTSIDE = {
    "config/README.md": "reference/configuration.md",
    "benchmarks/README.md": "reference/benchmarks.md",
    "CHANGELOG.md": "reference/changelog.md",
    "CONTRIBUTING.md": "reference/contributing.md",
    "README.md": "index.md",
}
"""File of the repository -> page of the site."""
_LINK = re.compile(r"(?<=\]\()([^)\s#]+)(#[^)\s]*)?(?=\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside, links and all."""
    root = Path(config.config_file_path).parent
    for source, page in OUTSIDE.items():
        if page != "index.md":
            text = (root / source).read_text(encoding="utf-8")
            files.append(File.generated(config, page, content=_moved(text, posixpath.dirname(source), page)))
            for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text):
                place = posixpath.normpath(posixpath.join(posixpath.dirname(page), picture))
                where = root / posixpath.dirname(source) / picture
                files.append(File.generated(config, place, abs_src_path=str(where)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Links out of docs/ lead to the pages made of their targets, or become plain text."""
    if page.file.src_uri in OUTSIDE.values() and page.file.src_uri != "index.md":
        return markdown
    return _moved(markdown, posixpath.join("docs", posixpath.dirname(page.file.src_uri)), page.file.src_uri)


def _moved(text: str, folder: str, page: str) -> str:
    """The text of a file of this folder with its links as they are from this page."""

    def link(match: re.Match[str]) -> str:
        target, anchor = match[1], match[2] or ""
        if "://" in target or target.startswith("mailto:"):
            return match[0]
        place = posixpath.normpath(posixpath.join(folder, target))
        if place in OUTSIDE:
            there = OUTSIDE[place]
        elif place.startswith("docs/"):
            there = place.removeprefix("docs/")
        else:
            return match[0]
        return posixpath.relpath(there, posixpath.dirname(page) or ".") + anchor

    return _LINK.sub(link, text)
