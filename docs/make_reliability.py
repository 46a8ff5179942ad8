"""The table of docs/reliability.md, made from what its tests measured.

TICKETLENS_FIGURES=figures.jsonl python -m pytest tests/reliability
python docs/make_reliability.py figures.jsonl        prints the table and writes it into docs/reliability.md
"""

import json
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "reliability.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"


def table(figures: Path) -> str:
    """One row a figure; of one that was measured twice, the last."""
    told = [json.loads(line) for line in figures.read_text(encoding="utf-8").splitlines()]
    rows = {one["figure"]: f"| {one['figure']} | {one['bound']} | {one['measured']} | {one['form']} |" for one in told}
    return "\n".join(["| figure | bound | measured | form |", "| --- | --- | --- | --- |", *rows.values(), ""])


def main(figures: Path) -> None:
    made = table(figures)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + BEGIN + made + END + after, encoding="utf-8")
    sys.stdout.write(made)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
