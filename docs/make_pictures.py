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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from ticketlens.cli.session import Session
from ticketlens.demo import generate
from ticketlens.model.batch import TicketBatch
from ticketlens.sources.state import PullState, keep, lease_of

PICTURES = Path(__file__).resolve().parent / "pictures"
LINK = re.compile(r"https?://[\w.:\[\]]+/sign-in/[\w-]+")
TALLEST = 2_400
SOURCES = {"sources": "/sources"}
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
    with demo() as (link, folder):
        take_all(link, lambda: enter_sources(folder))


@contextmanager
def demo() -> Iterator[tuple[str, Path]]:
    """The link of a demo that is served while the block runs, and the folder of its store."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "ticketlens", "demo", "--port", "0"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
            try:
                link = next(found[0] for line in server.stdout or () if (found := LINK.search(line)))
                yield link, Path(folder)
            except StopIteration:
                sys.exit("the demo ended before it answered")
            finally:
                server.terminate()


def enter_sources(folder: Path) -> None:
    """One fresh, one in the midst of its first reading, one that needs a person; leases keep workers from them."""
    session = Session(store=f"sqlite:///{folder}/ticketlens-demo.db")
    lens = session.lens
    now = lens.now()

    def before(**span: float) -> str:
        return (now - timedelta(**span)).isoformat()

    denied = "b2b.example.com does not accept the sign-in of this source (401): enter a new token or key"
    told = {
        "zendesk-b2b": (90, PullState(
            begun_at=before(minutes=3), ended_at=before(minutes=3), good_at=before(hours=5), read_to=before(hours=5),
            full_at=before(days=3), failures=4, error=denied,
        )),
        "zendesk-eu": (1_200, PullState(
            begun_at=before(minutes=2), ended_at=before(minutes=2), good_at=before(minutes=2), full_at=before(days=3),
            read_to=before(minutes=3), done=38, received=38, stored=31, unchanged=7,
        )),
        "zendesk-us": (840, PullState(
            begun_at=before(minutes=1.5), running=True, done=843, total=2_210, received=843, stored=840, set_aside=3,
        )),
    }  # fmt: skip
    for name, (count, state) in told.items():
        given = {"url": f"https://{name.removeprefix('zendesk-')}.example.com", "email": "lead@example.com"}
        lens.helpdesks.add(name, "zendesk", {**given, "token": "of the pictures"})
        lens.store.claim(lease_of(name), "pictures", timedelta(hours=1).total_seconds(), now)
        keep(lens.store, name, state)
        rows = islice(generate(count, seed=len(name) + count, until=now), count)
        list(lens.add([TicketBatch(tuple(replace(row.ticket, source=name) for row in rows))]))
    session.close()


def take_all(link: str, then: Callable[[], None] = lambda: None) -> None:
    """`then` is called before the pages of sources, which come last."""
    base = link.partition("/sign-in/")[0]
    with browser() as chrome:
        chrome.get(link)
        take(chrome, base, addresses(chrome, base))
        then()
        take(chrome, base, SOURCES)


def take(chrome: Chrome, base: str, pages: Mapping[str, str]) -> None:
    for name, address in pages.items():
        for look in LOOKS:
            (PICTURES / f"{name}{look.name}.png").write_bytes(picture(chrome, base + address, look))


def addresses(chrome: Chrome, base: str) -> dict[str, str]:
    """The address of each page; one topic and one ticket stand for all, the first of their lists."""
    return {
        "overview": "/",
        "topics": "/topics",
        "topic": first_link(chrome, base, "/topics", r"/topics/\d+"),
        "trends": "/trends?by=month&over=year",
        "tickets": "/tickets",
        "voice": "/voice",
        "articles": "/articles",
        "customer": first_link(chrome, base, "/customers", r"/customers/[^?]+"),
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
