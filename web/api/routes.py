"""The one table of the API: routing, checks of parameters, roles, OpenAPI, the page and tests are made of it."""

from collections.abc import Callable

from ticketlens.metrics.contract import ANSWERED, METRICS
from ticketlens.model.answer import SurveyKind
from ticketlens.model.filter import DATED, FIELDS, STATES
from ticketlens.model.person import Role
from web.api import figures, sources, tickets, voice
from web.api.body import JSON, NDJSON
from web.api.schemas import DAY, TEXT, TIME, choice
from web.api.table import Parameter, Route

COHORTS = tuple(dict.fromkeys(cohort for metric in METRICS for cohort in metric.cohorts))
FILTERS = (
    Parameter("from", DAY, "first day, in the workspace's zone"),
    Parameter("to", DAY, "last day, included"),
    Parameter("dated", choice(*DATED), "which date from and to are about"),
    Parameter("q", TEXT, "words that must all occur, without case and accents"),
    Parameter("is", choice(*STATES), "a state; may be given several times, and then all hold"),
    Parameter("open_at", TIME, "what was open at this moment"),
    Parameter(
        "excluded",
        TEXT,
        "what stays out of every figure, by reason: spam, deleted, test, merged, no_customer_message, bot_only, or any",
    ),
    *(Parameter(name, TEXT, f"{name}; several are alternatives, an empty one means none") for name in FIELDS),
)
TOPIC_ID = Parameter("id", {"type": "integer", "minimum": 1}, "id of the topic", "path")
TICKET_KEY = (
    Parameter("source", TEXT, "name of the source, percent-encoded", "path"),
    Parameter("id", TEXT, "id of the ticket in its source, percent-encoded", "path"),
)
CUSTOMER_ID = (Parameter("id", TEXT, "id of the customer, percent-encoded", "path"),)
PAGING = (
    Parameter("cursor", TEXT, "`next` of the page before"),
    Parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "tickets a page"),
)
TREND = (
    Parameter("metric", choice(*ANSWERED), "what is measured; ttr.full if not named"),
    Parameter("clock", choice("calendar", "business"), "every hour, or opening hours only"),
    Parameter("cohort", choice(*COHORTS), "tickets that arrived in the period, were solved in it, …"),
    Parameter("by", choice("day", "week", "month", "quarter"), "the periods"),
    Parameter("as_of", TIME, "as it was known at this moment"),
    Parameter("group_by", choice(*FIELDS), "one series for each value of a field"),
    Parameter("survey", TEXT, "of csat, nps and ces: name or id of the survey, if not the one with most answers"),
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
    Route("GET", "/trend", "get_trend", "One metric over periods", figures.trend, "Trend", TREND),
    Route("GET", "/tickets", "list_tickets", "Tickets, newest first", tickets.tickets, "TicketList", PAGING),
    Route("GET", "/tickets/{source}/{id}", "get_ticket", "One ticket", tickets.ticket, "Ticket", TICKET_KEY,
          filters=False, fails={404: "There is no such ticket"}),
    _push("tickets", tickets.push),
    Route("GET", "/answers", "list_answers", "Answers to surveys, newest first; from and to are about when they came",
          voice.answers, "AnswerList",
          (*PAGING, Parameter("commented", choice("true", "false"), "only those with a comment"),
           Parameter("kind", choice(*SurveyKind), "csat, nps or ces"))),
    _push("answers", voice.push_answers),
    Route("GET", "/customers", "list_customers", "Customers, by their ids", voice.customers, "CustomerList", PAGING,
          filters=False),
    _push("customers", voice.push_customers),
    Route("GET", "/customers/{id}", "get_customer", "One customer, with tickets and answers in order of time",
          voice.customer, "Journey", CUSTOMER_ID, filters=False, fails={404: "There is no such customer"}),
    Route("DELETE", "/customers/{id}", "delete_customer", "Forget a customer; tickets and answers stay",
          voice.forget, "Deleted", CUSTOMER_ID, filters=False, role=Role.LEAD,
          fails={404: "There is no such customer"}),
    Route("GET", "/voice", "get_voice", "What customers say: every survey by itself, by month and by topic",
          voice.voice, "Voice"),
    Route("GET", "/sources", "list_sources", "How each source stands: how fresh, how whole, what went wrong",
          sources.sources, "SourceList", filters=False),
    Route("GET", "/coverage", "get_coverage", "How many tickets are in topics, and how surely", figures.coverage,
          "Coverage"),
)  # fmt: skip
