import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import altair
import pytest

from ticketlens.model.topic import Topic, TopicFigures
from ticketlens.model.trend import Point, Trend
from web.charts import drawing, pareto, spark, theme
from web.charts import trend as charts

SVG = "{http://www.w3.org/2000/svg}"
WEEKS = 12


def points(weeks=WEEKS, **last):
    start = date(2026, 8, 31)
    for week in range(weeks):
        first = start + timedelta(weeks=week)
        figures = {"n": 200, "open": 20, "p50": 840.0, "p75": 2000.0, "p90": 5400.0, "low": 700.0, "high": 990.0}
        running = week == weeks - 1
        yield Point(
            f"Week {week}", first, first + timedelta(days=7), not running, **(figures | (last if running else {}))
        )


def trend(kind="duration", metric="ttr.full", unit="minutes", weeks=WEEKS, **last):
    as_of = datetime(2026, 11, 19, 8, 12, tzinfo=UTC)
    return Trend(metric, kind, "arrived", "calendar", "UTC", unit, "week", as_of, 20160.0, tuple(points(weeks, **last)))


def where(point):
    return f"/tickets?from={point.start}&brand=<b>&q=%22"


def drawn(spec):
    return ET.fromstring(drawing.draw(spec))


def links(root):
    return [link for link in root.iter(f"{SVG}a") if link.get("tabindex") != "-1"]


@pytest.mark.parametrize("size", [charts.WIDE, charts.NARROW])
def test_each_period_is_a_link_to_its_tickets_with_its_numbers_in_words(size):
    found = links(drawn(charts.durations(trend(), where, size)))
    assert [link.get("href") for link in found] == [where(point) for point in points()]
    assert found[0].find(f"{SVG}title").text.replace("\u00a0", " ") == (
        "31 August – 6 September: half within 14 h (12 h to 16 h), nine in ten within 3.8 days; "
        "200 tickets, 20 not solved"
    )


def test_the_running_week_is_hatched_and_named():
    svg = drawing.draw(charts.durations(trend(), where))
    assert "4 of 7 days →" in svg
    pattern = ET.fromstring(svg).find(f".//{SVG}pattern").get("id")
    assert f"url(#{pattern})" in svg


def test_a_complete_last_week_is_not_hatched():
    whole = trend(weeks=WEEKS)
    whole = replace(whole, points=whole.points[:-1])
    assert "url(#" not in drawing.draw(charts.half(whole, where))


def test_the_days_of_the_running_week_are_the_zones():
    late = replace(trend(), as_of=datetime(2026, 11, 19, 23, 30, tzinfo=UTC), zone="Europe/Stockholm")
    assert "5 of 7 days →" in drawing.draw(charts.half(late, where))


def test_what_is_not_reached_or_too_few_is_said_and_never_drawn_as_zero():
    assert "not reached yet →" in drawing.draw(charts.durations(trend(p90=None), where))
    few = drawing.draw(charts.durations(trend(p50=None, p90=None, too_few=True, n=3), where))
    assert "too few →" in few
    assert "not reached yet" not in few


@pytest.mark.parametrize("kind", ["share", "amount"])
def test_a_value_a_period_is_drawn_with_its_links(kind):
    metric = {"share": "reopen_rate", "amount": "arrived"}[kind]
    valued = trend(kind, metric, unit="share" if kind == "share" else "tickets", value=0.5)
    assert len(links(drawn(charts.amounts(valued, where)))) == WEEKS


def test_a_drawing_passes_a_strict_policy():
    svg = drawing.draw(charts.durations(trend(), where)) + drawing.draw(pareto.pareto(topics(), 2, lambda row: "/t"))
    assert "style" not in svg
    assert "<script" not in svg
    assert "javascript:" not in svg
    assert drawing.HERE not in svg


def test_a_name_cannot_leave_its_place():
    bad = [figures(1, 5, name='</title><script>alert(1)</script>"')]
    svg = drawing.draw(pareto.pareto(bad, 1, lambda row: "/topics/1?a=1&b=<"))
    assert "<script" not in svg
    assert ET.fromstring(svg) is not None
    assert "<script" not in spark.spark([1, 2], '"><script>')


def figures(id, size, name="Refund"):
    return TopicFigures(
        Topic(id, name), "steady", size, size / 100, None, None, None, None, 0, 0, None, 0, None, 0, 0.0
    )


def topics():
    return [figures(1, 10), figures(2, 40), figures(3, 20)]


def test_a_pareto_has_the_largest_topic_first_and_says_where_half_is_reached():
    root = drawn(pareto.pareto(topics(), 2, lambda row: f"/topics/{row.topic.id}"))
    assert [link.get("href") for link in links(root)] == ["/topics/2", "/topics/3", "/topics/1"]
    assert "2\u00a0topics make half of all tickets" in "".join(root.itertext())


def test_within_a_page_colours_follow_the_page_and_a_file_keeps_them():
    svg = drawing.draw(charts.half(trend(), where))
    within = drawing.inline(svg, 'a "label"')
    assert theme.ACCENT not in within
    assert "var(--accent)" in within
    assert "var(" not in svg
    assert ET.fromstring(within).get("aria-label") == 'a "label"'


def test_a_picture_is_a_png_on_white():
    assert drawing.png(drawing.draw(charts.half(trend(), where)))[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    "spec",
    [
        charts.durations(trend(), where),
        charts.volume_and_durations(trend("amount", "arrived", "tickets", value=3.0), trend(), where),
        charts.titled(charts.half(trend(), where), "Title", ["below"]),
    ],
)
def test_a_spec_keeps_to_the_schema_of_vega_lite(spec):
    assert altair.VConcatChart.from_dict(json.loads(json.dumps(spec)))


def test_a_spark_line_is_broken_where_nothing_is_known():
    assert spark.spark([1, 2, None, 3, 4], "x").count("<polyline") == 2
    assert "<svg" not in spark.spark([None, 1], "x")


def test_pieces_of_a_whole_are_links_side_by_side():
    pieces = [spark.Piece(0.75, "clear", "75 %", "/a?x=1&y=2", "core"), spark.Piece(0.25, "weak", "25 %", "/b", "weak")]
    root = ET.fromstring(spark.whole(pieces, "coverage"))
    assert [(r.get("x"), r.get("width")) for r in root.iter("rect")] == [("0.00%", "75.00%"), ("75.00%", "25.00%")]
    assert [a.get("href") for a in root.iter("a")] == ["/a?x=1&y=2", "/b"]


def test_a_rate_that_is_not_ripe_is_called_not_known_yet():
    svg = drawing.draw(charts.amounts(trend("share", "reopen_rate", "share", value=None), where))
    assert "not reached yet" not in svg
    valued = trend("share", "reopen_rate", "share")
    ripe = tuple(replace(point, value=0.1 if point.complete else None) for point in valued.points)
    told = replace(valued, points=ripe)
    assert "not known yet →" in drawing.draw(charts.amounts(told, where))
