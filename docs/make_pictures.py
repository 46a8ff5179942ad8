"""Pictures of every page of the demo, from a real Chromium: light, dark, and on a phone.

    python docs/make_pictures.py [--link LINK]     writes docs/pictures/*.png

Without the one-time link of a server that runs, a demo is made and served in a temporary folder.
"""

import argparse
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

PICTURES = Path(__file__).resolve().parent / "pictures"
LINK = re.compile(r"https?://[\w.:\[\]]+/sign-in/[\w-]+")
TALLEST = 2_400
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Look:
    """A screen, in pixels; `name` ends the names of its files."""

    name: str
    width: int
    height: int
    dark: bool = False
    phone: bool = False


LOOKS = (Look("", 1280, 900), Look("-dark", 1280, 900, dark=True), Look("-phone", 390, 844, phone=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--link", help="one-time link of a server that runs")
    given = parser.parse_args().link
    PICTURES.mkdir(exist_ok=True)
    if given:
        take_all(given)
        return
    with demo() as link:
        take_all(link)


@contextmanager
def demo() -> Iterator[str]:
    """The link of a demo that is served while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "ticketlens", "demo", "--port", "0"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
            try:
                yield next(found[0] for line in server.stdout or () if (found := LINK.search(line)))
            except StopIteration:
                sys.exit("the demo ended before it answered")
            finally:
                server.terminate()


def take_all(link: str) -> None:
    base = link.partition("/sign-in/")[0]
    with browser() as chrome:
        chrome.get(link)
        for name, address in addresses(chrome, base).items():
            for look in LOOKS:
                (PICTURES / f"{name}{look.name}.png").write_bytes(picture(chrome, base + address, look))


def addresses(chrome: Chrome, base: str) -> dict[str, str]:
    """The address of each page; one topic and one ticket stand for all, the first of their lists."""
    return {
        "overview": "/",
        "topics": "/topics",
        "topic": first_link(chrome, base, "/topics", r"/topics/\d+"),
        "trends": "/trends",
        "tickets": "/tickets",
        "ticket": first_link(chrome, base, "/tickets", r"/tickets/[^/?]+/[^?]+"),
        "api": "/api/docs",
    }


def first_link(chrome: Chrome, base: str, page: str, pattern: str) -> str:
    chrome.get(base + page)
    links = (str(anchor.get_attribute("href")) for anchor in chrome.find_elements(By.CSS_SELECTOR, "main a[href]"))
    return next(path for link in links if re.fullmatch(pattern, (path := link.removeprefix(base)).partition("?")[0]))


def picture(chrome: Chrome, url: str, look: Look) -> bytes:
    """The whole page as PNG, from its top down to `TALLEST`. It is opened anew: colours may take time to change."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if look.dark else "light"}
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    screen = {"width": look.width, "deviceScaleFactor": 1, "mobile": look.phone}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**screen, "height": look.height})
    chrome.get(url)
    height = min(int(chrome.execute_script("return document.documentElement.scrollHeight")), TALLEST)
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**screen, "height": max(height, look.height)})
    taken = chrome.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    return base64.b64decode(taken["data"])


@contextmanager
def browser() -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = found(*BROWSERS)
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    for argument in ("--headless=new", "--hide-scrollbars", "--disable-dev-shm-usage", *root):
        options.add_argument(argument)
    chrome = Chrome(options=options, service=Service(found("chromedriver")))
    try:
        yield chrome
    finally:
        chrome.quit()


def found(*programs: str) -> str:
    """The first of these programs that is installed."""
    paths = (shutil.which(program) for program in programs)
    return next((path for path in paths if path), "") or sys.exit(f"{programs[0]} is not installed")


if __name__ == "__main__":
    main()
