"""The documentation as a site, built by the real tool: whole, and complete without a network."""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from support import ROOT

# Where pages may send their readers. It is to be read when it grows: no test follows these links.
HOSTS = {
    "containers.dev",
    "cruft.github.io",
    "docs.astral.sh",
    "docs.kedro.org",
    "github.com",
    "jupyter.org",
    "kedro.org",
    "keepachangelog.com",
    "narwhals-dev.github.io",
    "pandera.readthedocs.io",
    "semver.org",
    "skops.readthedocs.io",
}
LINK = re.compile(r"\]\(([^)]*)\)")
IN_STYLE = re.compile(r"""(?:url\(|@import\s)\s*["']?([^"')\s]+)""")


@dataclass
class Page(HTMLParser):
    """What a page of the site has, leads to and loads."""

    file: Path
    anchors: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    loaded: set[str] = field(default_factory=set)
    diagrams: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attributes}
        self.anchors |= {own[name] for name in ("id", "name") if name in own}
        self.diagrams += own.get("class") == "mermaid"
        if tag == "a" and "href" in own:
            self.links.add(own["href"])
        elif tag != "a":
            self.loaded |= {own[name] for name in ("href", "src", "data") if name in own}


@cache
def page_of(file: Path) -> Page:
    return Page(file)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site")
    # Not --quiet: what is not said is not counted either, and strict no more.
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(directory)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return directory


def pages(site: Path) -> list[Page]:
    return [page_of(file) for file in sorted(site.rglob("*.html"))]


def missing(site: Path, page: Page, url: str) -> str | None:
    """What is wrong with a link inside the site; None if it leads to a file, and to an anchor."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    # The page about what was not found has to work from anywhere.
    file = site / path.lstrip("/") if path.startswith("/") else page.file.parent / path
    file = (file if path else page.file).resolve()
    if file.is_dir():
        file = file / "index.html"
    if not file.is_file():
        return f"{page.file.relative_to(site)}: {url}"
    anchor = unquote(parts.fragment)
    if anchor and file.suffix == ".html" and anchor not in page_of(file).anchors:
        return f"{page.file.relative_to(site)}: {url} has no such anchor"
    return None


def is_inside(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.scheme and not parts.netloc


def test_links_lead_somewhere(site: Path) -> None:
    found = [
        missing(site, page, url)
        for page in pages(site)
        for url in page.links | page.loaded
        if is_inside(url)
    ]
    assert len(found) > 1000
    assert list(filter(None, found)) == []


def test_links_to_other_hosts_are_known(site: Path) -> None:
    outside = {urlsplit(url) for page in pages(site) for url in page.links if not is_inside(url)}
    assert {parts.scheme for parts in outside} == {"https"}
    assert {parts.netloc for parts in outside} <= HOSTS


def test_nothing_is_loaded_from_other_hosts(site: Path) -> None:
    loaded = {url for page in pages(site) for url in page.loaded}
    for style in site.rglob("*.css"):
        loaded |= set(IN_STYLE.findall(style.read_text(encoding="utf-8")))
    assert [url for url in loaded if not is_inside(url) and not url.startswith("data:")] == []


def test_diagrams_are_drawn_by_a_script_of_the_site(site: Path) -> None:
    # Without it, the theme loads the script from elsewhere.
    with_diagrams = [page for page in pages(site) if page.diagrams]
    assert with_diagrams
    for page in with_diagrams:
        assert any(url.endswith("/mermaid.min.js") for url in page.loaded), page.file


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_the_front_pages_lead_into_the_repository(site: Path, name: str) -> None:
    urls = LINK.findall((ROOT / name).read_text(encoding="utf-8"))
    for url in filter(is_inside, urls):
        path, _, anchor = url.partition("#")
        assert (ROOT / path).exists(), url
        if anchor:
            built = site / Path(path).relative_to("docs").with_suffix(".html")
            assert anchor in page_of(built).anchors, url
