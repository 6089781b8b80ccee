"""Draws the app's icon as pictures of pixels, from the drawing beside them, with Chromium.

Run it after the drawing has changed: `python tools/make_app_icons.py`. Needs Playwright and a
Chromium on PATH or in `SWELL_CHROMIUM`.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ICONS = Path(__file__).parents[1] / "src" / "swell" / "server" / "icons"
STYLE = "<style>body { margin: 0 } svg { display: block }</style>"
# Name, side in pixels, and whether the system cuts the corners itself: then the colour fills the
# square, and the wave stays inside the circle of 80 % that no system cuts away.
SIZES = [
    ("icon-192.png", 192, False),
    ("icon-512.png", 512, False),
    ("icon-full-180.png", 180, True),
    ("icon-full-512.png", 512, True),
]


def main() -> None:
    """Write every picture."""
    drawing = (ICONS / "icon.svg").read_text(encoding="utf-8")
    full = drawing.replace(' rx="8"', "").replace(
        "<path ", '<path transform="translate(3.2 3.2) scale(.8)" '
    )
    chromium = os.environ.get("SWELL_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, side, fills in SIZES:
            page = browser.new_page(viewport={"width": side, "height": side})
            page.set_content(STYLE + (full if fills else drawing))
            page.screenshot(path=ICONS / name, omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
