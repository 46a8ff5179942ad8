"""Text preparation: texts a second for each stage, languages told right, and what redaction finds and spares.

Run with `python -m benchmarks.intake_text`; needs nothing but the checkout. `../shared` is read where it is there.
"""

import csv
import gzip
import platform
import runpy
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mailparser_reply import EmailReplyParser

from ticketlens.intake.clean import clean
from ticketlens.intake.language import detect
from ticketlens.intake.redact import Redactor
from ticketlens.intake.text import fingerprint, prepare_text, redact_fields
from ticketlens.intake.tokens import search_tokens
from ticketlens.model.ticket import Ticket

ROOT = Path(__file__).resolve().parent.parent
MULTILINGUAL = ROOT.parent / "shared" / "data" / "bench" / "multilingual.csv.gz"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
TICKET = Ticket(
    source="shop",
    id="4711",
    subject="Cannot log in to my account",
    body="Since yesterday evening I cannot log in.\nWhen I enter the code, the page just reloads, nothing happens.\n\n"
    "I have tried another browser and a phone, but the result is the same. Order 20417733, please help me soon.",
    requester="c-17",
    organization="acme",
    tags=("login",),
    url="https://desk.example/tickets/4711",
    created_at=NOW,
    updated_at=NOW,
)


def seconds_each(work: Callable[[], object], rounds: int = 7, calls: int = 400) -> float:
    """Processor time, best of `rounds`: what one core can do when nothing else disturbs it."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for _ in range(calls):
            work()
        best = min(best, (time.process_time() - started) / calls)
    return best


def stages(redactor: Redactor) -> dict[str, Callable[[], object]]:
    text = f"{TICKET.subject}\n{TICKET.body}"
    return {
        "clean": lambda: (clean(TICKET.subject), clean(TICKET.body)),
        "redact": lambda: (redactor.redact(TICKET.subject), redactor.redact(TICKET.body)),
        "language": partial(detect, text),
        "fingerprint": partial(fingerprint, TICKET.subject, TICKET.body),
        "prepare_text, whole": partial(prepare_text, TICKET, redactor),
        "redact_fields": partial(redact_fields, TICKET, redactor),
        "search_tokens": partial(search_tokens, text),
    }


def print_speed(redactor: Redactor) -> None:
    detect(TICKET.body)
    each = {name: seconds_each(work) for name, work in stages(redactor).items()}
    whole = each["prepare_text, whole"]
    print(f"{'stage':<22}{'us':>8}{'texts/s':>10}{'share':>8}")
    for name, seconds in each.items():
        print(f"{name:<22}{seconds * 1e6:>8.1f}{1 / seconds:>10.0f}{seconds / whole:>8.0%}")
    reply = "It fails again.\n\nOn Mon, 2 Jan 2026, Support <help@example.com> wrote:\n> Hello\n> please try again\n"
    parser = EmailReplyParser(languages=["en", "ru", "sv", "it", "de"])
    ours, theirs = seconds_each(lambda: clean(reply)), seconds_each(lambda: parser.parse_reply(reply))
    print(
        f"cut one quoted reply: {ours * 1e6:.1f} us; mail-parser-reply {theirs * 1e6:.1f} us; ratio {theirs / ours:.1f}"
    )


def print_redaction(redactor: Redactor, seed: int, count: int = 2000) -> None:
    items = runpy.run_path(str(ROOT / "tests" / "intake" / "personal_items.py"))["items"](count, seed)
    seeded, found, right = Counter[str](), Counter[str](), Counter[str]()
    for item in items:
        score(item, redactor, seeded, found, right)
    print(f"\nseed {seed}, {count} items: {'kind':<8}{'items':>7}{'recall':>9}{'precision':>11}")
    for kind in (*sorted(seeded), None):
        totals = [counts[kind] if kind else sum(counts.values()) for counts in (seeded, found, right)]
        print(f"{'':<26}{kind or 'all':<8}{totals[0]:>7}{totals[2] / totals[0]:>9.2%}{totals[2] / totals[1]:>11.2%}")


def score(item: Any, redactor: Redactor, seeded: Counter[str], found: Counter[str], right: Counter[str]) -> None:
    start = item.text.find(item.value) if item.value else -1
    seeded.update([item.kind] if item.kind else [])
    for finding in redactor.find(item.text):
        found[finding.kind] += 1
        covers = finding.start <= start + 1 and finding.end >= start + len(item.value or "")
        right[finding.kind] += bool(item.kind == finding.kind and covers)


def print_language() -> None:
    if not MULTILINGUAL.exists():
        return
    with gzip.open(MULTILINGUAL, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::4]
    print(f"\n{'language':<22}{'texts':>8}{'answered':>10}{'right':>8}")
    for label, limit in (("whole sentences", 400), ("first 60 characters", 60), ("first 30 characters", 30)):
        pairs = [(row["lang"].replace("nb", "no"), detect(row["text"][:limit])) for row in rows]
        answered = [pair for pair in pairs if pair[1]]
        right = sum(expected == told for expected, told in answered) / len(answered)
        print(f"{label:<22}{len(pairs):>8}{len(answered) / len(pairs):>10.1%}{right:>8.1%}")


def main() -> None:
    names = ("phonenumbers", "py3langid", "selectolax", "mail-parser-reply")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names))
    redactor = Redactor(b"benchmark")
    print_speed(redactor)
    for seed in (7, 101):
        print_redaction(redactor, seed)
    print_language()


if __name__ == "__main__":
    main()
