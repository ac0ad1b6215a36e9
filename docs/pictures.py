"""Make the pictures of the README from the demo's pages: ``make pictures``.

Needs the system's Chromium and a demo that has been run (``make demo``).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SCHEMES = ("light", "dark")
PLOT = '<figure class="plot">'  # a page that has one


def main() -> int:
    """Write each picture; returns the exit code."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    pages = sorted((ROOT / "demo" / "feedback").glob("*/activations/activations.html"))
    shown = [page for page in pages if PLOT in page.read_text(encoding="utf-8")]
    report = ROOT / "demo" / "report" / "class.html"
    if chromium is None or not shown or not report.is_file():
        print("Pictures need the system's Chromium, and `make demo` before.", file=sys.stderr)
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for scheme in SCHEMES:
            context = browser.new_context(
                viewport={"width": 860, "height": 1180}, color_scheme=scheme
            )
            page = context.new_page()
            page.goto(shown[0].as_uri())
            heading = page.locator(".marking:has(.plot)").first.locator("xpath=preceding::h3[1]")
            heading.scroll_into_view_if_needed()
            page.evaluate(
                "h => window.scrollTo(0, h.getBoundingClientRect().top + scrollY - 24)",
                heading.element_handle(),
            )
            page.screenshot(path=ROOT / "docs" / "images" / f"feedback-{scheme}.png")
            page.goto(report.as_uri())
            page.evaluate(
                "h => window.scrollTo(0, h.getBoundingClientRect().top + scrollY - 24)",
                page.locator(".assignment h2").first.element_handle(),
            )
            page.screenshot(path=ROOT / "docs" / "images" / f"report-{scheme}.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
