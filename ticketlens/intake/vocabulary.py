"""What a file may hold of each noun: the fields of ours, and the names that other systems give to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from ticketlens.intake.names import FIELDS, fold


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`values` are fields whose words a mapping may translate, `defaults` those that it may set for all records.

    `known`: field -> folded names that mean it, the surest first. `implied`: a name that tells a field besides.
    `private`: names of what is never kept.
    """

    noun: str
    fields: tuple[str, ...]
    values: tuple[str, ...]
    defaults: tuple[str, ...]
    known: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    implied: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    private: frozenset[str] = frozenset()

    def understood(self, columns: Iterable[str]) -> dict[str, str]:
        """Field -> the column that is read as it without a mapping."""
        folded = {fold(column): column for column in reversed([column for column in columns if column])}
        found: dict[str, str] = {}
        for name in self.fields:
            column = next((folded[alias] for alias in self.known[name] if alias in folded), None)
            if column is not None and column not in found.values():
                found[name] = column
        return found


def _names(fields: tuple[str, ...], aliases: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    return {name: (name, *(one.strip() for one in aliases.get(name, "").split(",") if one.strip())) for name in fields}


_WHO: Final = "email, customer_email, respondent_email, requester_email, contact_email, email_address"
_ANSWER: Final = (
    "id", "source", "survey", "kind", "scale", "direction", "question", "score", "comment", "sent_at", "at", "ticket",
    "ticket_source", "customer", "updated_at",
)  # fmt: skip
_ANSWER_ALIASES: Final = {
    "id": "answer_id, response_id, survey_response_id, rating_id, feedback_id",
    "survey": "survey_name, survey_title, questionnaire, campaign",
    "kind": "survey_kind, survey_type, metric, type",
    "scale": "points, out_of, max_score, score_max, scale_max",
    "direction": "scale_direction",
    "question": "question_text, survey_question",
    "score": "rating, nps_score, nps, csat_score, csat, ces_score, ces, satisfaction_score, satisfaction, value",
    "comment": "feedback, comments, verbatim, free_text, open_text, response_text, text, reason",
    "sent_at": "sent, sent_on, survey_sent_at, sent_date, invited_at, offered_at",
    "at": "answered_at, rated_at, responded_at, response_date, responded_on, submitted_at, rating_date, completed_at, "
    "created_at, date, timestamp",
    "ticket": "ticket_id, ticket_number, case_id, case_number, conversation_id, issue_key, request_id",
    "customer": "respondent, respondent_id, customer_id, requester, requester_id, contact, contact_id, user_id, "
    + _WHO,
    "updated_at": "updated, updated_on, modified_at, last_modified",
}
_CUSTOMER: Final = (
    "id", "organization", "value_per_year", "currency", "since", "churned_at", "orders_per_year",
    "average_order_value", "updated_at", "custom",
)  # fmt: skip
_CUSTOMER_ALIASES: Final = {
    "id": f"customer_id, customer, requester, requester_id, contact_id, user_id, {_WHO}",
    "organization": "organisation, company, company_name, account, account_name, organization_name",
    "value_per_year": "annual_value, yearly_value, annual_revenue, revenue_per_year, arr, acv",
    "currency": "currency_code",
    "since": "customer_since, signed_up_at, signup_date, joined_at, start_date, started_at, created_at",
    "churned_at": "churned, churn_date, cancelled_at, canceled_at, cancellation_date, lost_at, ended_at, end_date",
    "orders_per_year": "orders_a_year, yearly_orders",
    "average_order_value": "avg_order_value, aov",
    "updated_at": "updated, updated_on, modified_at, last_modified",
    "custom": "custom_fields",
}
_ARTICLE: Final = ("id", "source", "title", "body", "url", "language", "state", "updated_at")
_ARTICLE_ALIASES: Final = {
    "id": "article_id, page_id, document_id",
    "source": "help_center, help_centre, knowledge_base",
    "title": "name, headline, subject, question, article_title",
    "body": "content, text, html, article_body, body_html, answer, description_text, description",
    "url": "html_url, link, public_url, article_url, permalink, address",
    "language": "locale, lang, language_code",
    "state": "status, article_status, article_state, visibility",
    "updated_at": "edited_at, updated, updated_on, modified_at, last_modified, last_updated, created_at",
}
_SCORES: Final = {
    "nps": "nps",
    "nps_score": "nps",
    "csat": "csat",
    "csat_score": "csat",
    "ces": "ces",
    "ces_score": "ces",
}
_PRIVATE: Final = frozenset(
    (
        "name first_name last_name full_name customer_name contact_name respondent_name phone phone_number mobile "
        "telephone address street zip postal_code birthday birth_date date_of_birth gender " + _WHO.replace(",", "")
    ).split()
)

TICKETS: Final = Vocabulary(
    "tickets", FIELDS,
    ("status", "priority", "channel", "tags", "group", "assignee", "requester", "organization", "brand", "language"),
    ("zone", "dates", "source", "status", "priority", "channel", "tags", "group", "brand", "language", "organization"),
)  # fmt: skip
ANSWERS: Final = Vocabulary(
    "answers", _ANSWER, ("survey", "kind", "scale", "direction", "score"),
    ("zone", "dates", "source", "survey", "kind", "scale", "direction", "question", "ticket_source"),
    _names(_ANSWER, _ANSWER_ALIASES), {name: ("kind", kind) for name, kind in _SCORES.items()}, _PRIVATE,
)  # fmt: skip
CUSTOMERS: Final = Vocabulary(
    "customers", _CUSTOMER, ("organization", "currency"), ("zone", "dates", "organization", "currency"),
    _names(_CUSTOMER, _CUSTOMER_ALIASES), {}, _PRIVATE,
)  # fmt: skip
ARTICLES: Final = Vocabulary(
    "articles", _ARTICLE, ("state", "language"), ("zone", "dates", "source", "state", "language"),
    _names(_ARTICLE, _ARTICLE_ALIASES),
)  # fmt: skip
NOUNS: Final = {one.noun: one for one in (TICKETS, ANSWERS, CUSTOMERS, ARTICLES)}
