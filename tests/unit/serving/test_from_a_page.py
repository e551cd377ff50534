"""From a failed expectation or a column on a dataset's page to the form, filled in, and into the inbox."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pipelines.feedback import inbox
from pipelines.history.publish import QUALITY
from pipelines.site.build import build
from pipelines.site.feedback import Where
from tests.serving_process import Fields, Served
from tests.unit.history import run_folders
from tests.unit.serving.forms import TEXT, form_token
from tests.unit.site.conftest import Page


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_link_beside_a_column_fills_in_the_form(
    served: Served, data: Path, tmp_path: Path, household: dict[str, str], language: str
) -> None:
    shutil.copy(data / "public" / QUALITY, tmp_path)
    build(tmp_path, where=Where(serve_url=f"{served.url}/"))
    page = Page(tmp_path / language / "dataset/federal/contratos.html")
    links = [it for it in page.links() if "column=" in it]
    assert len(links) == 4 + 2 * len(run_folders.COLUMNS)
    for link in links:
        assert link.startswith(f"{served.url}/")
        asked = {name: of for name, (of,) in parse_qs(urlsplit(link).query).items()}
        answer = served.get(link.removeprefix(served.url))
        form = Fields(answer.text)
        assert answer.status_code == 200
        assert ("html", {"lang": language}) in form.tags
        assert form.values["column"] == asked["column"] in run_folders.COLUMNS.values()
        chosen = [of["value"] for tag, of in form.tags if tag == "option" and "selected" in of]
        assert chosen == [asked["distribution"]]
    fields = {**form.values, "distribution": asked["distribution"], "text": TEXT, "token": form_token()}
    thanks = served.post(links[-1].removeprefix(served.url), fields, headers=household)
    assert thanks.status_code == 200
    (one,) = [it.item for it in inbox.every(data / "runs") if it.item.id[:8] in thanks.text]
    assert (one.dataset, one.distribution, one.column) == (
        "federal/contratos",
        asked["distribution"],
        asked["column"],
    )
