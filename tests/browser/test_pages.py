"""Every kind of page in a browser: for anybody, at any width, in light and dark, on paper, under a strict policy."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import AXE, one_of_each

pytestmark = pytest.mark.slow

KINDS = (
    *("index.html", "datasets.html", "publishers.html", "incidents.html", "method.html", "data.html"),
    "sql.html",
    *("dataset", "guide", "publisher", "brief/country", "brief/publisher"),
)
LANGUAGES = ("es", "en")
Visits = Callable[..., Any]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=KINDS)
def path(request: pytest.FixtureRequest, public: Path, language: str) -> str:
    """The fullest page of a kind."""
    return one_of_each(public, language)[request.param]


def test_there_is_no_other_kind_of_page(public: Path) -> None:
    assert set(one_of_each(public, "es")) == set(KINDS)


@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "light"), (1440, "light"), (360, "dark"), (1440, "dark")]
)
def test_axe_finds_nothing_the_browser_complains_of_nothing_and_nothing_overflows(
    address: str, path: str, visit: Visits, width: int, scheme: str
) -> None:
    seen = visit(f"{address}{path}", width, scheme)
    # What is folded away is looked at, too.
    seen.page.eval_on_selector_all("details", "all => all.forEach(it => { it.open = true })")
    seen.page.evaluate(AXE.read_text(encoding="utf-8"))
    result = seen.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    faults = [
        (it["id"], it["help"], [node["html"][:200] for node in it["nodes"][:3]])
        for it in result["violations"]
    ]
    assert faults == []
    room = seen.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert room[0] <= room[1]
    assert seen.complaints == []


def test_every_link_leads_somewhere(address: str, public: Path, visit: Visits) -> None:
    dead: dict[str, str] = {}
    asked: dict[str, bool] = {}
    for page in sorted(public.rglob("*.html")):
        place = page.relative_to(public).as_posix()
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r'(?:href|src)="([^"]+)"', text):
            target, _, fragment = link.partition("#")
            if target.startswith(("https://", "http://")):
                continue
            url = urllib.request.urljoin(f"{address}{place}", target) if target else f"{address}{place}"
            if url not in asked:
                asked[url] = answers(url)
            if not asked[url]:
                dead[url] = place
            if not target and fragment:
                assert f'id="{fragment}"' in text, (place, link)
    assert dead == {}
    assert len(asked) > 100


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD")) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False


@pytest.mark.parametrize("kind", ["brief/country", "brief/publisher"])
def test_a_brief_is_one_sheet_of_a4(
    address: str, public: Path, visit: Visits, language: str, kind: str, tmp_path: Path
) -> None:
    seen = visit(f"{address}{one_of_each(public, language)[kind]}")
    printed = seen.page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    width, height = map(float, re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", printed)[0])
    assert (width, height) == pytest.approx((595, 842), abs=1.5)


def test_pages_are_read_without_javascript_and_without_style(
    address: str, path: str, chromium: Any, public: Path
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.route("**/*.css", lambda route: route.abort())
    page.goto(f"{address}{path}")
    assert page.inner_text("h1")
    assert len(page.inner_text("main")) > 100
    context.close()


def test_a_stranger_s_script_would_not_run(address: str, public: Path, visit: Visits) -> None:
    """The page's own policy holds even where the host sends none: a script that got into a page is refused."""
    page = public / "es" / "planted.html"
    text = (public / "es" / "index.html").read_text(encoding="utf-8")
    page.write_text(
        text.replace("</main>", "<script>document.title = 'taken'</script></main>"), encoding="utf-8"
    )
    try:
        seen = visit(f"{address}es/planted.html")
        assert seen.page.title() != "taken"
        assert any("Content Security Policy" in it for it in seen.complaints)
    finally:
        page.unlink()
