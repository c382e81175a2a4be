"""Pictures of what people see: each layer, the judge's points, the pages for annotators and the lead;
Arabic and English, light and dark, from a real Label Studio in a headless Chromium: `make screens` writes
build/screens."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from qawl.core import project
from qawl.core.records import JUDGE
from qawl.studio import plan, server, status
from qawl.studio.client import connect
from qawl.studio.server import Access

ROOT = Path(__file__).parents[1]
LAYERS = ("entity", "quote", "claim")
LANGUAGES = ("ar", "en")
THEMES = ("light", "dark")
PAGES = {
    "guidelines": ("guidelines",),
    "status": ("status",),
    "findings": ("validate",),
    "agreement": ("agreement",),
}
"""Page → the command that writes it."""
SIZE = {"width": 1280, "height": 720}


def main() -> None:
    """Makes all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        qawl(Path(folder), "init", str(home))
        running = server.running(project.load(home), port=server.free_port(), say=print)
        with running as access:
            os.environ["LABEL_STUDIO_API_KEY"] = access.token
            chromium = shutil.which("chromium")
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            for language in LANGUAGES:
                corpus = made(Path(folder) / language, language, access)
                for theme in THEMES:
                    shoot(browser, corpus, access, language, theme, out)
            browser.close()


def qawl(folder: Path, *words: str, check: bool = True) -> None:
    """Runs a command in a corpus."""
    subprocess.run([sys.executable, "-m", "qawl", "-C", str(folder), *words], check=check)


def made(folder: Path, language: str, access: Access) -> Path:
    """A corpus with suggestions and open points for a judge, pushed."""
    qawl(
        folder.parent, "init", str(folder), "--name", f"screens-{language}", "--language", language
    )
    settings = [f"name: screens-{language}", f"language: {language}", "annotators: [a1, a2]"]
    settings += [f"label_studio: {{url: {access.url}}}", "suggestions: {without: 0}"]
    (folder / "qawl.yaml").write_text("\n".join(settings) + "\n", "utf-8")
    lines = (ROOT / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    given = [each for each in map(json.loads, lines) if each["redistribute"]]
    given = [each for each in given if each["language"] == language]
    source = folder.parent / f"{language}.jsonl"
    keys = ("text", "title", "language", "source", "published", "license", "redistribute")
    source.write_text(
        "".join(json.dumps({key: each[key] for key in keys}) + "\n" for each in given), "utf-8"
    )
    qawl(folder, "ingest", str(source))
    qawl(folder, "suggest")
    qawl(folder, "push")
    qawl(folder, "tasks", "--layer", "quote", "--out", str(folder / "tasks.json"))
    tasks = json.loads((folder / "tasks.json").read_text("utf-8"))
    for number, task in enumerate(tasks):
        (first,) = (each["result"] for each in task.pop("predictions"))
        task |= {"id": number, "annotations": list(differing(first, number))}
    (folder / "done.json").write_text(json.dumps(tasks), "utf-8")
    qawl(folder, "pull", "--from", str(folder / "done.json"))
    qawl(folder, "adjudicate")
    qawl(folder, "push")
    return folder


def differing(results: list[dict[str, object]], number: int):  # noqa: ANN201 - plain JSON
    """Two annotations that differ in a few places."""
    for user in (1, 2):
        mine = [each for at, each in enumerate(results) if (at + user) % 9]
        yield {"id": 10 * number + user, "completed_by": user, "result": mine}


def shoot(
    browser: Browser, folder: Path, access: Access, language: str, theme: str, out: Path
) -> None:
    """All pictures of one language in one theme."""
    context = browser.new_context(viewport=SIZE, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{access.url}/user/login/")
    page.fill("input[name=email]", access.username)
    page.fill("input[name=password]", access.password)
    page.click("button[type=submit]")
    page.wait_for_url("**/*", wait_until="networkidle")
    page.evaluate(f"localStorage.setItem('preferred-color-scheme', '{theme.title()}')")
    corpus = project.load(folder)
    with connect(corpus) as client:
        first = [each for each in status.standings(client, corpus) if each.annotator == "a1"]
        for standing in first:
            task(page, str(standing.next), out / f"{language}-{standing.layer}-{theme}.png")
        (judge,) = (each for each in plan.remotes(client, corpus) if each.annotator == JUDGE)
        address = f"{access.url}/projects/{judge.id}/data?labeling=1"
        task(page, address, out / f"{language}-judge-{theme}.png")
    for name, path in pages(folder).items():
        page.goto(path.as_uri())
        page.screenshot(path=out / f"{language}-{name}-{theme}.png")
    context.close()


def pages(folder: Path) -> dict[str, Path]:
    """The pages of a corpus, made once."""
    found = {}
    for name, words in PAGES.items():
        path = folder / f"{name}.html"
        if not path.exists():
            # Findings that are errors are what the page is for.
            qawl(folder, *words, "--html", str(path), check=False)
        found[name] = path
    return found


def task(page: Page, address: str, path: Path) -> None:
    """A task of the labelling stream, with a span selected."""
    page.goto(address)
    page.locator("text=Labeling Instructions").first.wait_for(timeout=60_000)
    page.keyboard.press("Escape")
    page.wait_for_selector(".htx-highlight", timeout=60_000)
    page.locator(".htx-highlight").nth(2).click()
    page.wait_for_timeout(700)
    page.screenshot(path=path)


if __name__ == "__main__":
    main()
