"""Articles come with a pull of everything: what is gone there goes here, and trouble with them is a note."""

from collections.abc import Callable
from typing import Any

from helpdesks.server import Fault
from helpdesks.zendesk import Server as Zendesk

from ticketlens.lens import Lens

Open = Callable[..., Lens]
More = Callable[[], Zendesk]


def page(number: int, **fields: Any) -> dict[str, Any]:
    told = {"id": number, "title": f"Problem {number}", "body": "Ask kim@example.com.", "locale": "en-us"}
    told |= {"draft": False, "updated_at": "2026-01-02T03:00:00Z", "html_url": f"https://h.example/{number}"}
    return {**told, **fields}


def pull(lens: Lens, **how: Any) -> Any:
    return lens.helpdesks.pull("desk", step=lambda done, total: None, **how)


def opened(open_lens: Open, server: Zendesk) -> Lens:
    lens = open_lens()
    lens.helpdesks.add("desk", "zendesk", server.settings())
    return lens


def kept(lens: Lens) -> list[str]:
    return [one.id for one in lens.articles.listed().items]


def test_the_first_pull_brings_them_and_a_full_one_takes_away_what_is_gone(open_lens: Open, helpdesk: More) -> None:
    server = helpdesk()
    server.help_centre = [page(number) for number in range(1, 6)]
    lens = opened(open_lens, server)
    told = pull(lens)
    assert told.error is None
    assert any(note.startswith("5 articles") and "5 of them new" in note for note in told.report.notes)
    assert kept(lens) == ["1", "2", "3", "4", "5"]
    found = lens.articles.get("desk", "1")
    assert found is not None
    assert found.pulled
    assert "kim@example.com" not in found.body
    lens.articles.push([{"id": "own", "title": "By file", "source": "desk", "updated_at": "2026-01-01"}])
    del server.help_centre[0]
    pull(lens)
    assert len(kept(lens)) == 6, "a pull of what changed asks for no articles"
    assert any("1 gone" in note for note in pull(lens, full=True).report.notes)
    assert kept(lens) == ["2", "3", "4", "5", "own"]


def test_without_a_help_centre_the_pull_is_good_and_says_so_once(open_lens: Open, helpdesk: More) -> None:
    lens = opened(open_lens, helpdesk())
    told = pull(lens)
    assert (told.error, told.report.received) == (None, 2)
    assert [note for note in told.report.notes if "articles" in note] == [
        "no articles were read: there is no help centre"
    ]


def test_nothing_goes_where_the_reading_broke_off(open_lens: Open, helpdesk: More) -> None:
    server = helpdesk()
    server.help_centre = [page(number) for number in range(1, 6)]
    lens = opened(open_lens, server)
    pull(lens)
    server.help_centre = [page(9)]
    server.faults.append(Fault(403, times=9, where=lambda asked: "help_center" in asked.path))
    told = pull(lens, full=True)
    assert told.error is None
    assert len([note for note in told.report.notes if "no articles were read" in note]) == 1
    assert kept(lens) == ["1", "2", "3", "4", "5"]
    server.faults.clear()
    server.help_centre = [page(1), page(2, title=None)]
    pull(lens, full=True)
    assert kept(lens) == ["1", "2", "3", "4", "5"], "one was not read, so nobody knows what is gone"
