-- Times are epoch seconds in UTC, days are ordinals (days since 0001-01-01) in the workspace's zone,
-- durations are whole seconds, bins are numbers on the fixed log scale of ticketlens/metrics/bins.py.
CREATE TABLE tickets (
    key INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    updated_us INTEGER NOT NULL,
    reading INTEGER NOT NULL,
    richness INTEGER NOT NULL,
    digest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_day INTEGER NOT NULL,
    status TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    priority TEXT,
    channel TEXT,
    requester TEXT,
    organization TEXT,
    assignee TEXT,
    "group" TEXT,
    brand TEXT,
    language TEXT,
    url TEXT,
    subject TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    excluded TEXT,
    first_reply_at INTEGER,
    first_solved_at INTEGER,
    first_solved_day INTEGER,
    solved_at INTEGER,
    solved_day INTEGER,
    reopens INTEGER NOT NULL,
    returned INTEGER,
    observed_until INTEGER,
    rated_day INTEGER,
    satisfied INTEGER,
    waited_seconds INTEGER NOT NULL,
    waiting_since INTEGER,
    schedule TEXT,
    business_start INTEGER,
    topic INTEGER,
    match INTEGER NOT NULL DEFAULT 0,
    similarity REAL,
    ttr_full_calendar INTEGER, ttr_full_calendar_bin INTEGER, ttr_full_business INTEGER, ttr_full_business_bin INTEGER,
    ttr_first_calendar INTEGER, ttr_first_calendar_bin INTEGER, ttr_first_business INTEGER, ttr_first_business_bin INTEGER,
    reply_first_calendar INTEGER, reply_first_calendar_bin INTEGER, reply_first_business INTEGER, reply_first_business_bin INTEGER,
    wait_requester_calendar INTEGER, wait_requester_calendar_bin INTEGER, wait_requester_business INTEGER, wait_requester_business_bin INTEGER,
    wait_agent_calendar INTEGER, wait_agent_calendar_bin INTEGER, wait_agent_business INTEGER, wait_agent_business_bin INTEGER,
    wait_hold_calendar INTEGER, wait_hold_calendar_bin INTEGER, wait_hold_business INTEGER, wait_hold_business_bin INTEGER,
    UNIQUE (source, id)
) STRICT;

-- Every index that a figure walks covers it, and starts with the day of its cohort.
CREATE INDEX tickets_arrived ON tickets (created_day, ttr_full_calendar_bin, topic, is_open, waited_seconds, waiting_since, satisfied, match)
    WHERE excluded IS NULL;
CREATE INDEX tickets_solved ON tickets (solved_day, ttr_full_calendar_bin, topic) WHERE excluded IS NULL AND solved_day IS NOT NULL;
CREATE INDEX tickets_first_solved ON tickets (first_solved_day, topic, first_solved_at, returned)
    WHERE excluded IS NULL AND first_solved_day IS NOT NULL;
CREATE INDEX tickets_rated ON tickets (rated_day, topic, satisfied) WHERE excluded IS NULL AND rated_day IS NOT NULL;
CREATE INDEX tickets_open ON tickets (created_day, created_at, observed_until, source, topic) WHERE excluded IS NULL AND is_open;
CREATE INDEX tickets_spans ON tickets (solved_at, created_at) WHERE excluded IS NULL AND solved_at IS NOT NULL;
CREATE INDEX tickets_listed ON tickets (created_at, source, id);
CREATE INDEX tickets_by_topic ON tickets (topic, created_day) WHERE excluded IS NULL AND topic IS NOT NULL;
CREATE INDEX tickets_excluded ON tickets (excluded, created_day) WHERE excluded IS NOT NULL;
CREATE INDEX tickets_by_text ON tickets (fingerprint);

-- When a ticket that was reopened stood as solved before: from `start` until `stop`.
CREATE TABLE pauses (key INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, PRIMARY KEY (key, start)) STRICT, WITHOUT ROWID;

CREATE INDEX pauses_by_stop ON pauses (stop, start, key);

-- The clean text and what only the ticket's own page shows, as JSON.
CREATE TABLE details (key INTEGER PRIMARY KEY REFERENCES tickets, body TEXT NOT NULL, rest TEXT NOT NULL) STRICT;

-- The raw text, apart: erasable by itself.
CREATE TABLE raw (key INTEGER PRIMARY KEY REFERENCES tickets, ticket BLOB NOT NULL) STRICT;

CREATE TABLE tags (value TEXT NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (value, key)) STRICT, WITHOUT ROWID;
CREATE TABLE custom (name TEXT NOT NULL, value TEXT NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (name, value, key)) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_key ON tags (key);
CREATE INDEX custom_by_key ON custom (key);

-- Search tokens that ticketlens.intake.tokens made; the text itself is not kept twice. To the tokenizer "ascii" every
-- character beyond ASCII is part of a word, so no token of ours is ever split again.
CREATE VIRTUAL TABLE search USING fts5 (
    tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

-- How far each source was read: the latest time that its tickets hold.
CREATE TABLE read_to (source TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;

CREATE TABLE vectors (
    model TEXT NOT NULL, fingerprint TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE TABLE topics (id INTEGER PRIMARY KEY, retired INTEGER NOT NULL DEFAULT 0, centroid BLOB NOT NULL, fields TEXT NOT NULL) STRICT;
-- Each text that a run looked at; topic NULL: it is in none.
CREATE TABLE assignments (
    fingerprint TEXT PRIMARY KEY, topic INTEGER, match INTEGER NOT NULL, similarity REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE records (
    noun TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (noun, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
    number INTEGER PRIMARY KEY, source TEXT NOT NULL, delivery TEXT NOT NULL, body BLOB NOT NULL, headers TEXT NOT NULL,
    at INTEGER NOT NULL, outcome TEXT, UNIQUE (source, delivery)
) STRICT;
CREATE INDEX inbox_waiting ON inbox (number) WHERE outcome IS NULL;

CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until REAL NOT NULL) STRICT;

CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counters VALUES ('generation', 0), ('topic', 0), ('run', 0);
