"""Trends of answers: the page, its comparison and its files name the survey that they are of."""

import csv
import html
import io

import pytest
from selectolax.lexbor import LexborHTMLParser


def tree_of(voices, address):
    response = voices.get(html.unescape(address))
    assert response.status_code == 200, response.text[:2000]
    return LexborHTMLParser(response.text)


def words(node):
    return " ".join(node.text().split())


def survey_of(voiced, name):
    return next(one for one in voiced.voice.surveys() if one.name == name)


def rows_of(voices, tree, within):
    link = next(one for one in tree.css(f"{within} .files a") if one.text() == "CSV")
    text = voices.get(html.unescape(link.attributes["href"])).text
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("name", ["After solve", "ticket rating"])
@pytest.mark.parametrize("by_id", [True, False])
def test_the_survey_of_the_address_is_told_with_its_scale_and_chosen(voices, voiced, name, by_id):
    survey = survey_of(voiced, name)
    wanted = survey.id if by_id else name.replace(" ", "+")
    tree = tree_of(voices, f"/trends?metric=csat&by=month&survey={wanted}")
    assert f"Survey: {name}, CSAT 1–5: 4 and 5 of 5 are satisfied" in words(tree.css_first(".masthead"))
    assert name in words(tree.css_first("figure header p"))
    assert tree.css_first("select[name=survey] option[selected]").attributes["value"] == survey.id
    counted = sum(int(row["n"]) for row in rows_of(voices, tree, "#trend"))
    told = voiced.trend(metric="csat", by="month", survey=survey)
    assert counted == sum(point.n for point in told.points) > 0


def test_only_surveys_of_the_metric_s_kind_are_offered(voices, voiced):
    tree = tree_of(voices, "/trends?metric=csat&by=month")
    offered = {option.attributes["value"] for option in tree.css("select[name=survey] option")}
    assert offered == {one.id for one in voiced.voice.surveys() if one.kind == "csat"}
    assert len(offered) == 2
    assert not tree_of(voices, "/trends").css("select[name=survey]")


def test_files_and_comparison_are_of_the_same_survey_and_name_it(voices, voiced):
    survey = survey_of(voiced, "After solve")
    tree = tree_of(voices, f"/trends?metric=csat&by=month&survey={survey.id}&group_by=channel")
    for within in ("#trend", "#groups", "#compare"):
        rows = rows_of(voices, tree, within)
        assert {(row["survey"], row["highest_score"]) for row in rows} == {("After solve", "5")}
    other = tree_of(voices, "/trends?metric=csat&by=month&survey=ticket+rating")
    assert {row["survey"] for row in rows_of(voices, other, "#compare")} == {"ticket rating"}


def test_a_survey_of_another_kind_gives_way_to_one_of_the_metric(voices, voiced):
    survey = survey_of(voiced, "After solve")
    page = words(tree_of(voices, f"/trends?metric=ces&by=month&survey={survey.id}").css_first(".masthead"))
    assert "Survey: Effort, CES 1–7" in page


def test_a_survey_that_nobody_was_ever_sent_is_refused(voices):
    answer = voices.get("/trends?metric=csat&survey=nobody")
    assert answer.status_code == 400
    assert "is none of those that are here" in html.unescape(answer.text)


def test_a_survey_without_answers_in_this_time_is_named_all_the_same(voices, voiced):
    survey = survey_of(voiced, "After solve")
    address = f"/trends?metric=csat&survey={survey.id}&from=2020-01-01&to=2020-02-01"
    tree = tree_of(voices, address)
    assert "nothing in this time" in words(tree.css_first("h1"))
    assert "Survey: After solve" in words(tree.css_first(".masthead"))


@pytest.mark.parametrize("metric", ["csat", "backlog", "reopen_rate"])
def test_a_metric_of_a_cohort_that_nobody_can_choose_has_its_file_too(voices, metric):
    tree = tree_of(voices, f"/trends?metric={metric}&by=month")
    assert len(rows_of(voices, tree, "#trend")) == len(tree.css("#trend table tbody tr")) > 3
