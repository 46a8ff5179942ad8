"""Pictures of Trends, Voice and a customer with real tickets: what the users of a mail program asked in its forum.

    python docs/make_real_pictures.py FOLDER [--store FILE]     writes docs/pictures/real-*.png

FOLDER holds mail_client_forum_*.ndjson.gz (docs/real-data.md). They are imported and grouped in a temporary folder,
which takes some minutes; FILE is a store where that was done before, and is left as it is. The forum asks no survey, so
a few answers are made up, under that name, once the empty page is taken.
"""

import argparse
import csv
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from make_pictures import LINK, LOOKS, PICTURES, Look, browser, picture
from selenium.webdriver import Chrome

FORUM = "mail_client_forum_*.ndjson.gz"
MAPPING = Path(__file__).resolve().parent / "mappings" / "forum.toml"
LIGHT, DARK, _ = LOOKS
FIRST, LAST = "2024-07-01", "2025-06-30"
DAYS = f"from={FIRST}&to={LAST}"
TRENDS = f"/trends?metric=reply.first&by=month&{DAYS}&over=year"
GROUPED = "/trends?metric=arrived&by=month&from=2023-01-01&to=2024-06-30&group_by=topic"
SURVEY, ANSWERED, FEW = "made-up answers", 0.12, 10
Question = dict[str, Any]
COLUMNS = ("id", "survey", "kind", "scale", "score", "sent_at", "at", "ticket", "ticket_source", "customer")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--store", type=Path, metavar="FILE", help="a store of these tickets, grouped")
    chosen = parser.parse_args()
    files = sorted(chosen.folder.glob(FORUM)) or sys.exit(f"there is no {FORUM} in {chosen.folder}")
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "real.db"
        if chosen.store:
            shutil.copy(chosen.store, store)
        else:
            ticketlens(store, "import", "--mapping", str(MAPPING), "--source", "forum", *map(str, files))
            ticketlens(store, "cluster")
        with served(store) as link, browser() as chrome:
            take_all(chrome, link, store, files)


def take_all(chrome: Chrome, link: str, store: Path, files: list[Path]) -> None:
    base = link.partition("/sign-in/")[0]
    chrome.get(link)
    take(chrome, base + TRENDS, "real-trends", LIGHT, DARK)
    take(chrome, base + GROUPED, "real-trends-topics", LIGHT)
    take(chrome, base + "/voice", "real-voice-empty", LIGHT)
    answers = store.with_name("answers.csv")
    write_answers(answers, files)
    ticketlens(store, "import", "--kind", "answers", "--source", "made-up", str(answers))
    take(chrome, f"{base}/voice?{DAYS}", "real-voice", LIGHT)
    take(chrome, f"{base}/customers/{telling(files, answers)}", "real-customer", LIGHT)


def take(chrome: Chrome, address: str, name: str, *looks: Look) -> None:
    for look in looks:
        (PICTURES / f"{name}{look.name}.png").write_bytes(picture(chrome, address, look))


def ticketlens(store: Path, *words: str) -> None:
    subprocess.run([*_command(store), *words], check=True)


@contextmanager
def served(store: Path) -> Iterator[str]:
    """The one-time link of the store's pages, which are served while the block runs."""
    command = [*_command(store), "serve", "--port", "0", "--web-only"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield next(found[0] for line in server.stdout or () if (found := LINK.search(line)))
        except StopIteration:
            sys.exit("the server told no link: somebody may sign in to this store already")
        finally:
            server.terminate()


def _command(store: Path) -> list[str]:
    return [sys.executable, "-m", "ticketlens", "--store", f"sqlite:///{store}"]


def write_answers(path: Path, files: list[Path]) -> None:
    """One survey after some of the questions that had a reply; who waited longer is less satisfied, with some luck."""
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(_answers(files))


def telling(files: list[Path], answers: Path) -> str:
    """Whose journey tells most on a picture: of those who answered and asked little, who has most questions solved."""
    with answers.open(newline="") as rows:
        answered = {row["customer"] for row in csv.DictReader(rows) if row["score"]}
    asked = Counter(one["requester"] for one in questions(files))
    solved = Counter(one["requester"] for one in questions(files) if one["resolved_at"])
    return max((each for each in answered if asked[each] <= FEW), key=lambda each: (solved[each], each))


def questions(files: list[Path]) -> Iterator[Question]:
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _answers(files: list[Path]) -> Iterator[dict[str, object]]:
    for one in questions(files):
        luck = Random(one["id"])  # noqa: S311 - no secret
        if one["first_reply_at"] and FIRST <= one["created_at"][:10] <= LAST and luck.random() < ANSWERED:
            yield _answer(one, luck)


def _answer(question: Question, luck: Random) -> dict[str, object]:
    asked, replied = (datetime.fromisoformat(question[name]) for name in ("created_at", "first_reply_at"))
    days = (replied - asked) / timedelta(days=1)
    score = max(1, min(5, round(luck.gauss(4.6 - days, 1))))
    sent = replied + timedelta(days=2)
    return {
        "id": question["id"], "survey": SURVEY, "kind": "csat", "scale": 5,
        "score": score if luck.random() < 0.4 else "", "sent_at": sent.isoformat(),
        "at": (sent + timedelta(hours=luck.randint(1, 60))).isoformat(),
        "ticket": question["id"], "ticket_source": "forum", "customer": question["requester"],
    }  # fmt: skip


if __name__ == "__main__":
    main()
