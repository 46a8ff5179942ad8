"""Names that other systems give to what a ticket holds, understood without a mapping.

Only names that mean one thing everywhere are here: `Type`, `Category`, `Product` and the like stay custom fields.
"""

import re
from typing import Final

TIMES: Final = ("created_at", "updated_at", "first_reply_at", "first_solved_at", "solved_at", "observed_until")
TEXTS: Final = ("requester", "organization", "assignee", "group", "brand", "language")
FLAGS: Final = ("spam", "deleted", "test")
NESTED: Final = ("history", "messages", "satisfaction", "custom")
PLAIN: Final = (
    "id",
    "source",
    "subject",
    "body",
    "status",
    "priority",
    "channel",
    "tags",
    "reopens",
    "agent_minutes",
    "sla_met",
    "url",
    "merged_into",
)
FIELDS: Final = (*PLAIN, *TEXTS, *TIMES, *FLAGS, *NESTED)

_ALIASES: Final[dict[str, str]] = {
    "id": "ticket_id, ticketid, ticket, ticket_number, ticket_no, issue_id, issue_key, key, case_id, "
    "case_number, case_no, number, request_id, conversation_id, incident_id, incident_number",
    "subject": "title, summary, ticket_subject, short_description, ticket_title, issue_summary, case_subject",
    "body": "description, ticket_description, content, message, text, details, issue_description, "
    "initial_message, first_message",
    "status": "state, ticket_status, issue_status, case_status, incident_state",
    "priority": "ticket_priority, issue_priority, case_priority",
    "channel": "via, ticket_channel, contact_type, ticket_source, origin, case_origin",
    "tags": "labels, tag, label, ticket_tags, keywords",
    "requester": "requester_id, requester_email, customer, customer_id, customer_email, reporter, caller, "
    "caller_id, contact, contact_id, contact_email, requested_by, opened_by, opened_for, "
    "submitter, end_user",
    "organization": "organisation, company, company_name, account, account_name, customer_organization, "
    "organization_name",
    "assignee": "assigned_to, agent, agent_name, assignee_name, assignee_id, owner, ticket_owner, "
    "case_owner, responsible, resolver",
    "group": "team, queue, assignment_group, assigned_group, group_name, assignee_group, department, ticket_group",
    "brand": "brand_name, ticket_brand",
    "language": "ticket_language",
    "created_at": "created, created_on, created_time, created_date, creation_date, date_created, "
    "created_at_utc, opened_at, opened, open_date, opened_date, date_opened, createdat, "
    "sys_created_on, time_created, reported_at, submitted_at",
    "updated_at": "updated, updated_on, updated_time, last_updated, last_update, last_updated_time, "
    "modified_at, modified, last_modified, modified_on, date_modified, updatedat, "
    "sys_updated_on, last_modified_date",
    "first_reply_at": "first_response_at, first_responded_at, first_response_time_at, first_replied_at, "
    "initial_response_at, first_response_date",
    "first_solved_at": "first_resolved_at, initially_solved_at",
    "solved_at": "resolved_at, resolved, resolved_on, resolved_time, resolved_date, resolution_date, "
    "date_resolved, resolvedat, solved_on, date_solved, closed_at, closed, closed_on, "
    "closed_time, closed_date, date_closed, close_date, closedat",
    "reopens": "reopen_count, reopened_count, times_reopened, reopenings",
    "agent_minutes": "time_spent_minutes, handle_time_minutes, time_unit",
    "sla_met": "made_sla, sla_breached",
    "url": "ticket_url, link, web_url, html_url, permalink",
    "spam": "is_spam",
    "deleted": "is_deleted",
    "test": "is_test",
    "merged_into": "merged_into_id, duplicate_of, merged_to",
    "custom": "custom_fields",
}


def fold(name: str) -> str:
    """A name without case, spaces and signs: "Created at (UTC)" and "created_at_utc" are one."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^\w]+", "_", words).strip("_").lower()


# Field -> the folded names that mean it, the surest first: a resolution counts before a closing.
KNOWN: Final[dict[str, tuple[str, ...]]] = {
    field: (field, *(name.strip() for name in _ALIASES.get(field, "").split(",") if name.strip())) for field in FIELDS
}
# Nested parts as columns of a table: satisfaction.score, custom.plan.
SATISFACTION_PARTS: Final = ("score", "scale", "comment", "at")
