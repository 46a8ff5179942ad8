-- Answers to surveys and customers. Times are epoch seconds in UTC, money is whole hundredths; `kept` holds all of one as JSON.
-- `survey` is what answers must have in common to be added up, as packed text.
CREATE TABLE answers (
    source TEXT NOT NULL, id TEXT NOT NULL, survey TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
    score INTEGER, at INTEGER, sent_at INTEGER, moment INTEGER NOT NULL, ticket_source TEXT, ticket TEXT, customer TEXT,
    commented INTEGER NOT NULL, kept TEXT NOT NULL,
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_listed ON answers (moment, source, id);
CREATE INDEX answers_rated ON answers (at, kind, survey, score, name, ticket_source, ticket, customer) WHERE score IS NOT NULL;
CREATE INDEX answers_sent ON answers (sent_at, kind, survey, score, name, ticket_source, ticket, customer) WHERE sent_at IS NOT NULL;
CREATE INDEX answers_commented ON answers (moment, source, id) WHERE commented;
CREATE INDEX answers_last ON answers (survey, at, customer, score) WHERE score IS NOT NULL AND customer IS NOT NULL;
CREATE INDEX answers_by_ticket ON answers (ticket_source, ticket) WHERE ticket IS NOT NULL;
CREATE INDEX answers_by_customer ON answers (customer, survey, at, score) WHERE customer IS NOT NULL;

CREATE TABLE customers (
    id TEXT PRIMARY KEY, since INTEGER, churned_at INTEGER, value INTEGER, currency TEXT, kept TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX customers_kept ON customers (since, churned_at);
CREATE INDEX customers_worth ON customers (id, value, currency);
CREATE INDEX customers_summed ON customers (currency, value) WHERE value IS NOT NULL;

-- The ratings that tickets carry themselves, by scale.
CREATE INDEX tickets_scored ON tickets (rated_day, rating_scale, rating_score, topic, source, "group", channel, priority)
    WHERE excluded IS NULL AND rating_scale IS NOT NULL AND rated_day IS NOT NULL;
