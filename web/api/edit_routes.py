"""The calls that change topics, and let runs take effect: a part of the API's table."""

from collections.abc import Callable

from ticketlens.model.person import Role
from web.api import edits
from web.api.body import JSON
from web.api.table import Parameter, Route

NUMBER = {"type": "integer", "minimum": 1}
TOPIC_ID = Parameter("id", NUMBER, "id of the topic", "path")
THEME_ID = Parameter("id", NUMBER, "id of the theme", "path")
EDIT_ID = Parameter("id", NUMBER, "number of the edit", "path")
OF = Parameter("of", {"type": "integer", "minimum": 1, "maximum": 999_999_999}, "only edits of this topic")
NO_TOPIC, AGAINST = "There is no such topic, or no such ticket", "It goes against another edit; the text says which"
NONE_WAITS = "No run waits, or there is no former one"


def _edit(
    method: str,
    path: str,
    name: str,
    summary: str,
    handler: Callable[..., object],
    body: str,
    place: Parameter = TOPIC_ID,
    answers: str = "Edit",
) -> Route:
    return Route(
        method, path, name, summary, handler, answers, (place,), filters=False, role=Role.LEAD,
        takes=(JSON,) if body else (), body=body,
        fails={404: NO_TOPIC, 409: AGAINST, 413: "The body is over 1 MiB", 415: "The body is of another type"},
    )  # fmt: skip


def _run(method: str, path: str, name: str, summary: str, handler: Callable[..., object], answers: str) -> Route:
    return Route(method, path, name, summary, handler, answers, filters=False, role=Role.LEAD, fails={409: NONE_WAITS})


EDIT_ROUTES = (
    _edit("PATCH", "/topics/{id}", "change_topic", "Name, kind, pinned, hidden, owner or note of a topic", edits.change,
          "TopicFields"),
    _edit("POST", "/topics/{id}/merge", "merge_topic", "Make a topic one with another; what comes later follows",
          edits.merge, "Merge"),
    _edit("POST", "/topics/{id}/split", "split_topic", "Make exactly these tickets a topic of their own", edits.split,
          "Split"),
    Route("POST", "/topics/{id}/parts", "ask_parts", "How the topic falls apart; asking changes nothing",
          edits.ask_parts, "Suggestion", (TOPIC_ID,), filters=False, role=Role.LEAD,
          fails={404: NO_TOPIC, 409: AGAINST}),
    Route("GET", "/topics/{id}/parts", "get_parts", "The last suggestion of how the topic falls apart", edits.parts,
          "Suggestion", (TOPIC_ID,), filters=False, fails={404: "Nothing was suggested for this topic"}),
    _edit("POST", "/topics/{id}/parts/split", "split_parts", "Make parts of the last suggestion topics of their own",
          edits.split_parts, "PartsChosen", answers="EditList"),
    _edit("POST", "/topics/{id}/move", "move_tickets", "Put exactly these tickets of the topic elsewhere, or nowhere",
          edits.move, "Move"),
    _edit("POST", "/topics/{id}/apart", "keep_apart", "Never let a run make one topic of these two", edits.apart,
          "Apart"),
    _edit("POST", "/topics/{id}/always", "rule_topic", "Put what passes a rule into the topic, now and later",
          edits.always, "Always", answers="RuleEdit"),
    Route("GET", "/themes", "list_themes", "Themes, which have two topics and more", edits.themes, "ThemeList",
          filters=False),
    _edit("POST", "/themes/{id}/call", "call_theme", "Call a theme by a name; without one, by what it is found by",
          edits.call_theme, "ThemeName", THEME_ID),
    Route("GET", "/edits", "list_edits", "What people did to topics, the latest first", edits.edits, "EditList", (OF,),
          filters=False),
    _edit("POST", "/edits/{id}/undo", "undo_edit", "As if the edit had never been made", edits.undo, "", EDIT_ID),
    Route("GET", "/runs", "list_runs", "The runs that took effect, the latest first", edits.runs, "RunList",
          filters=False),
    Route("GET", "/runs/waiting", "get_waiting_run", "The run that waits for a person", edits.waiting, "Waiting",
          filters=False),
    _run("POST", "/runs/waiting/publish", "publish_run", "Let the run that waits take effect", edits.publish,
         "Published"),
    _run("DELETE", "/runs/waiting", "discard_run", "Drop the run that waits", edits.discard, "Deleted"),
    _run("POST", "/runs/back", "bring_back", "Bring the topics of the former run back, edits since on top", edits.back,
         "Published"),
)  # fmt: skip
