"""The one table of the API: routing, checks of parameters, roles, OpenAPI, the page and tests are made of it."""

from collections.abc import Callable

from ticketlens.answers.why import SPLITS
from ticketlens.metrics.contract import BY_ID, IDS, METRICS
from ticketlens.model.answer import SurveyKind
from ticketlens.model.filter import DATED, ENDING, FIELDS, STATES
from ticketlens.model.person import Role
from web.api import articles, comparisons, figures, metrics, sources, tickets, voice
from web.api.body import JSON, NDJSON
from web.api.edit_routes import EDIT_ROUTES, TOPIC_ID
from web.api.schemas import DAY, TEXT, TIME, choice, field_of
from web.api.table import Parameter, Route

COHORTS = tuple(dict.fromkeys(cohort for metric in METRICS for cohort in metric.cohorts))
FILTERS = (
    Parameter("from", DAY, "first day, in the workspace's zone"),
    Parameter("to", DAY, "last day, included"),
    Parameter("dated", choice(*DATED), "which date from and to are about"),
    Parameter("q", TEXT, "words that must all occur, without case and accents"),
    Parameter("is", choice(*STATES), "a state; may be given several times, and then all hold"),
    Parameter("open_at", TIME, "what was open at this moment"),
    Parameter("ended", TEXT, "what ended in a window: metric/clock/from/to, as the answer of `now` gives it"),
    Parameter(
        "excluded",
        TEXT,
        "what stays out of every figure, by reason: spam, deleted, test, merged, no_customer_message, bot_only, or any",
    ),
    *(Parameter(name, TEXT, f"{name}; several are alternatives, an empty one means none") for name in FIELDS),
)
TICKET_KEY = (
    Parameter("source", TEXT, "name of the source, percent-encoded", "path"),
    Parameter("id", TEXT, "id of the ticket in its source, percent-encoded", "path"),
)
METRIC_ID = Parameter("metric", choice(*BY_ID), "id of the metric", "path")
CUSTOMER_ID = (Parameter("id", TEXT, "id of the customer, percent-encoded", "path"),)
PAGING = (
    Parameter("cursor", TEXT, "`next` of the page before"),
    Parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "tickets a page"),
)
TREND = (
    Parameter("metric", choice(*IDS), "what is measured; ttr.full if not named"),
    Parameter("clock", choice("calendar", "business"), "every hour, or opening hours only"),
    Parameter("cohort", choice(*COHORTS), "tickets that arrived in the period, were solved in it, …"),
    Parameter("by", choice("day", "week", "month", "quarter"), "the periods"),
    Parameter("as_of", TIME, "as it was known at this moment"),
    Parameter("group_by", field_of(*FIELDS), "one series for each value of a field"),
    Parameter("survey", TEXT, "of csat, nps and ces: name or id of the survey, if not the one with most answers"),
)
AGAINST = Parameter(
    "against", TEXT, "year, or a number of periods from 1 to 520: each period's partner so long before, in `against`"
)
SIDES = (
    *(parameter for parameter in TREND if parameter.name not in ("group_by", "survey")),
    Parameter("period", TEXT, "the later side: 2026-W46, 2026-11, 2026-Q4, 2026-11-02..2026-11-29, or from and to"),
    Parameter("against", TEXT, "previous, year, same (time), or a period of its own"),
    Parameter(
        "horizon", {"type": "integer", "minimum": 1, "maximum": 336}, "of restricted means, in hours of the clock"
    ),
)
SPLIT = Parameter("split_by", field_of(*SPLITS), "the field whose mix and speed are told apart; topic if not named")
NOW = (
    Parameter("metric", choice(*ENDING), "what is measured; ttr.full if not named"),
    Parameter("clock", choice("calendar", "business"), "every hour, or opening hours only"),
    Parameter("days", choice("7", "28"), "the last so many complete days; 28 if not named"),
    Parameter("as_of", TIME, "as it was known at this moment"),
)
WITHIN = (
    Parameter("hours", TEXT, "up to six whole numbers of hours; 24,72,168 if not named"),
    NOW[0],
    NOW[1],
    Parameter("by", choice("day", "week", "month", "quarter"), "the periods of arrival"),
    NOW[3],
    Parameter("group_by", choice(*FIELDS), "one series for each value of a field"),
)

KEY = Parameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 255},
    "the same key with the same body gets the same answer, for 7 days",
    "header",
)


def _push(noun: str, handler: Callable[..., object]) -> Route:
    return Route(
        "POST", f"/{noun}", f"push_{noun}", f"Store {noun}: one object, a list, or one a line", handler, "Report",
        (KEY,), filters=False, role=Role.LEAD, status=202, takes=(JSON, NDJSON[0]), body=f"New{noun.title()}",
        fails={409: "The first call under this key still runs", 413: "The body is over 1 MiB",
               415: "The body is of another type, or packed by other than gzip",
               422: "This key came with another body"},
    )  # fmt: skip


ROUTES = (
    Route("GET", "/topics", "list_topics", "Topics of a window, by customer-hours waited", figures.topics, "TopicList"),
    Route("GET", "/topics/{id}", "get_topic", "One topic", figures.topic, "TopicPage", (TOPIC_ID,),
          fails={404: "There is no such topic"}),
    Route("GET", "/trend", "get_trend", "One metric over periods", figures.trend, "Trend",
          (*TREND, AGAINST)),
    Route("GET", "/compare", "compare", "One metric in two periods, or of two filters", comparisons.compare,
          "Comparison", SIDES, versus=True),
    Route("GET", "/why", "explain", "Why a mean wait moved: mix and speed by one field", comparisons.why,
          "Explanation", (*SIDES, SPLIT), versus=True),
    Route("GET", "/now", "get_now", "How long a ticket takes now, beside the days before and a year ago", figures.now,
          "Now", NOW),
    Route("GET", "/within", "get_within", "The share of what arrived that was done within some hours", figures.within,
          "Within", WITHIN),
    Route("GET", "/tickets", "list_tickets", "Tickets, newest first", tickets.tickets, "TicketList", PAGING),
    Route("GET", "/tickets/{source}/{id}", "get_ticket", "One ticket", tickets.ticket, "Ticket", TICKET_KEY,
          filters=False, fails={404: "There is no such ticket"}),
    _push("tickets", tickets.push),
    *EDIT_ROUTES,
    Route("GET", "/answers", "list_answers", "Answers to surveys, newest first; from and to are about when they came",
          voice.answers, "AnswerList",
          (*PAGING, Parameter("commented", choice("true", "false"), "only those with a comment"),
           Parameter("kind", choice(*SurveyKind), "csat, nps or ces"),
           Parameter("survey", TEXT, "of one survey, by its id"))),
    _push("answers", voice.push_answers),
    Route("GET", "/customers", "list_customers", "Customers, by their ids", voice.customers, "CustomerList", PAGING,
          filters=False),
    _push("customers", voice.push_customers),
    Route("GET", "/customers/{id}", "get_customer", "One customer, with tickets and answers in order of time",
          voice.customer, "Journey", CUSTOMER_ID, filters=False, fails={404: "There is no such customer"}),
    Route("DELETE", "/customers/{id}", "delete_customer", "Forget a customer; tickets and answers stay",
          voice.forget, "Deleted", CUSTOMER_ID, filters=False, role=Role.LEAD,
          fails={404: "There is no such customer"}),
    Route("GET", "/articles", "list_articles", "Articles of the help centre, by source and id", articles.articles,
          "ArticleList", PAGING, filters=False),
    _push("articles", articles.push),
    Route("GET", "/articles/gaps", "get_gaps", "Topics without an article by customer-hours waited, and those with one",
          articles.gaps, "Gaps"),
    Route("GET", "/voice", "get_voice", "What customers say: every survey by itself, by month and by topic",
          voice.voice, "Voice"),
    Route("GET", "/sources", "list_sources", "How each source stands: how fresh, how whole, what went wrong",
          sources.sources, "SourceList", filters=False),
    Route("GET", "/metrics", "list_metrics", "What each metric means, and how it is computed", metrics.metrics,
          "MetricList", filters=False),
    Route("GET", "/metrics/{metric}", "get_metric", "What one metric means", metrics.metric, "Metric", (METRIC_ID,),
          filters=False, fails={404: "There is no such metric"}),
    Route("GET", "/coverage", "get_coverage", "How many tickets are in topics, and how surely", figures.coverage,
          "Coverage"),
)  # fmt: skip
