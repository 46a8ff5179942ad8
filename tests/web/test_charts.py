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
from web.charts.statistics import STATISTICS

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


@pytest.mark.parametrize("half", range(1, 60, 4))
def test_what_a_narrow_pareto_says_stays_on_it(half):
    many = [figures(number, 1) for number in range(1, 61)]
    spec = pareto.pareto(many, half, lambda row: "/t", charts.NARROW)
    marks = {layer["mark"]["type"]: layer for layer in spec["layer"] if "data" in layer}
    said = marks["text"]["data"]["values"][0]["said"]
    assert " ".join(said).replace("\u00a0", " ") == f"{half} topic{'s' * (half > 1)} make half of all tickets"
    at, length = theme.NARROW * half / 60, max(map(len, said)) * pareto.CHARACTER + pareto.GAP
    assert at + length <= theme.NARROW if marks["text"]["mark"]["align"] == "left" else at - length >= 0
    title = spec["layer"][0]["mark"]["text"]
    assert len(title) * (pareto.CHARACTER + 0.5) <= theme.NARROW


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


UNKNOWN = {"p50": None, "p90": None, "low": None, "high": None, "too_few": True, "n": 3}


def rising(root):
    """Upright strokes, the whiskers: what a band would have no width for."""
    lines = [line for line in root.iter(f"{SVG}line") if line.get("stroke") == theme.ACCENT]
    return [abs(float(line.get("y2"))) for line in lines]


@pytest.mark.parametrize("size", [charts.WIDE, charts.NARROW])
def test_one_period_has_a_whisker_of_its_interval_in_place_of_a_band(size):
    one = trend(weeks=1)
    found = rising(drawn(charts.half(one, where, size)))
    assert len(found) == 1
    assert found[0] > 10
    assert rising(drawn(charts.half(trend(), where, size))) == []


@pytest.mark.parametrize(("weeks", "dotted"), [(40, 38), (80, 2)])
def test_a_period_between_two_that_are_not_known_has_a_whisker_and_its_dot(weeks, dotted):
    found = trend(weeks=weeks)
    gaps = [replace(one, **UNKNOWN) if at in (19, 21) else one for at, one in enumerate(found.points)]
    root = drawn(charts.half(replace(found, points=tuple(gaps)), where))
    assert len(rising(root)) == 1
    groups = [list(one) if one.get("fill") == theme.PANEL else [] for one in root.iter(f"{SVG}g")]
    dots = sum(map(len, groups)) + sum(one.get("fill") == theme.PANEL for one in root.iter(f"{SVG}path"))
    assert dots == dotted


def test_a_whisker_of_a_score_and_of_a_share_follows_the_page_and_is_in_the_picture():
    share = trend("share", "csat", "share", weeks=1, value=0.8, low=0.7, high=0.9)
    spec = charts.amounts(share, where)
    assert len(rising(drawn(spec))) == 1
    inside = drawing.inline(drawing.draw(spec), "x")
    assert 'stroke="var(--accent)" stroke-width="1.5"' in inside
    assert theme.ACCENT not in inside
    without = charts.amounts(replace(share, points=tuple(replace(p, low=None, high=None) for p in share.points)), where)
    assert drawing.png(drawing.draw(spec)) != drawing.png(drawing.draw(without))


def test_where_nothing_is_reached_there_are_words_and_no_line():
    found = trend()
    unreached = replace(found, points=tuple(replace(p, p50=None, p90=None, low=None, high=None) for p in found.points))
    shown = drawing.draw(charts.durations(unreached, where))
    assert "Half not reached in any week" in shown
    assert "Nine in ten not reached in any week" in shown
    assert "↑" not in shown
    assert "0 min" not in shown


def test_a_value_beyond_the_scale_is_marked_at_the_edge():
    found = trend()
    first = replace(found.points[0], p50=90_000.0)
    far = replace(found, points=(first, *found.points[1:]))
    spec = charts.small(far, where, STATISTICS["p50"], replace(charts.SMALL, top=10_000.0))
    assert "▲" in drawing.draw(spec)
    assert "▲" not in drawing.draw(charts.small(found, where, STATISTICS["p50"], charts.SMALL))


def test_a_spark_line_leaves_out_what_it_passes_level():
    assert 'points="0,42 2,42 3,6 4,42"' in spark.spark([0, 0, 0, 5, 0], "x")
