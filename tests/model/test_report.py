from ticketlens.model.report import Counts, Report, SetAside


def test_reports_add_up_and_keep_the_first_thousand_items() -> None:
    items = tuple(SetAside("line", number, None, "broken") for number in range(700))
    one = Report(received=701, stored=1, set_aside=700, set_aside_items=items, notes=("a", "b"))
    both = one.add(one)
    assert both.adds_up
    assert (both.received, both.set_aside, len(both.set_aside_items), both.notes) == (1402, 1400, 1000, ("a", "b"))


def test_a_report_as_json_has_the_names_that_programs_rely_on() -> None:
    report = Report(received=2, unchanged=1, set_aside=1, set_aside_items=(SetAside("index", 3, "x", "id: missing"),))
    assert report.to_json() == {
        "received": 2, "stored": 0, "unchanged": 1, "set_aside": 1, "refused": 0,
        "set_aside_items": [{"index": 3, "id": "x", "reason": "id: missing"}], "notes": [],
    }  # fmt: skip


def test_counts_that_lose_a_record_do_not_add_up() -> None:
    assert not Counts(received=2, stored=1).adds_up
