-- Sums over the tickets that count, so that a question of days and topics reads few rows and no tickets. A view says what
-- one ticket adds to a sum: whoever changes tickets takes their parts out before, and puts them back after.
CREATE VIEW day_parts AS
    SELECT key, 'arrived' AS cohort, created_day AS day, coalesce(topic, -1) AS topic, is_open AS open, waited_seconds,
        0 AS returned, satisfied IS NOT NULL AS rated, coalesce(satisfied, 0) AS satisfied,
        match = 1 AS weak, match = 2 AS core, match = 3 AS edited
    FROM tickets WHERE excluded IS NULL
    UNION ALL
    SELECT key, 'solved', solved_day, coalesce(topic, -1), 0, 0, 0, 0, 0, 0, 0, 0
    FROM tickets WHERE excluded IS NULL AND solved_day IS NOT NULL
    UNION ALL
    SELECT key, 'first_solved', first_solved_day, coalesce(topic, -1), 0, 0, coalesce(returned, 0), 0, 0, 0, 0, 0
    FROM tickets WHERE excluded IS NULL AND first_solved_day IS NOT NULL
    UNION ALL
    SELECT key, 'rated', rated_day, coalesce(topic, -1), 0, 0, 0, satisfied IS NOT NULL, coalesce(satisfied, 0), 0, 0, 0
    FROM tickets WHERE excluded IS NULL AND rated_day IS NOT NULL;

-- By the day that a cohort is dated by; topic -1 is none.
CREATE TABLE day_sums (
    cohort TEXT NOT NULL, day INTEGER NOT NULL, topic INTEGER NOT NULL, n INTEGER NOT NULL, open INTEGER NOT NULL,
    waited_seconds INTEGER NOT NULL, returned INTEGER NOT NULL, rated INTEGER NOT NULL, satisfied INTEGER NOT NULL,
    weak INTEGER NOT NULL, core INTEGER NOT NULL, edited INTEGER NOT NULL, PRIMARY KEY (cohort, day, topic)
) STRICT, WITHOUT ROWID;
INSERT INTO day_sums
    SELECT cohort, day, topic, count(*), sum(open), sum(waited_seconds), sum(returned), sum(rated), sum(satisfied),
        sum(weak), sum(core), sum(edited)
    FROM day_parts GROUP BY 1, 2, 3;

-- At which second the number of open tickets changes, and by how much; one that was never seen solved counts while it
-- was observed, and a solved stretch inside does not count.
CREATE VIEW open_parts AS
    SELECT key, created_at AS at, is_open + (solved_at IS NOT NULL) AS change
    FROM tickets WHERE excluded IS NULL
    UNION ALL
    SELECT key, max(created_at, solved_at), -1
    FROM tickets WHERE excluded IS NULL AND solved_at IS NOT NULL
    UNION ALL
    SELECT key, max(created_at, observed_until + 1), -1
    FROM tickets WHERE excluded IS NULL AND is_open AND observed_until IS NOT NULL
    UNION ALL
    SELECT t.key, p.start, -1
    FROM tickets t JOIN pauses p ON p.key = t.key
    WHERE t.excluded IS NULL AND NOT (t.is_open AND coalesce(t.observed_until < p.start, 0))
    UNION ALL
    SELECT t.key, iif(t.is_open, min(p.stop, coalesce(t.observed_until + 1, p.stop)), p.stop), 1
    FROM tickets t JOIN pauses p ON p.key = t.key
    WHERE t.excluded IS NULL AND NOT (t.is_open AND coalesce(t.observed_until < p.start, 0));

-- By the hour of UTC, counted from 0001-01-01 as days are.
CREATE TABLE open_sums (hour INTEGER PRIMARY KEY, change INTEGER NOT NULL) STRICT;
INSERT INTO open_sums SELECT (at + 62135596800) / 3600, sum(change) FROM open_parts GROUP BY 1;

CREATE INDEX pauses_by_start ON pauses (start);
CREATE INDEX tickets_observed ON tickets (observed_until) WHERE excluded IS NULL AND is_open AND observed_until IS NOT NULL;

-- A walk under a filter by one of the fields that most filters name looks no ticket up.
DROP INDEX tickets_arrived;
CREATE INDEX tickets_arrived ON tickets (created_day, ttr_full_calendar_bin, topic, is_open, waited_seconds, waiting_since, satisfied,
    match, ttr_full_business_bin, source, "group", channel, priority) WHERE excluded IS NULL;
DROP INDEX tickets_solved;
CREATE INDEX tickets_solved ON tickets (solved_day, ttr_full_calendar_bin, topic, ttr_full_business_bin, source, "group", channel,
    priority) WHERE excluded IS NULL AND solved_day IS NOT NULL;
DROP INDEX tickets_first_solved;
CREATE INDEX tickets_first_solved ON tickets (first_solved_day, topic, first_solved_at, returned, source, "group", channel, priority)
    WHERE excluded IS NULL AND first_solved_day IS NOT NULL;
DROP INDEX tickets_rated;
CREATE INDEX tickets_rated ON tickets (rated_day, topic, satisfied, source, "group", channel, priority)
    WHERE excluded IS NULL AND rated_day IS NOT NULL;
DROP INDEX tickets_open;
CREATE INDEX tickets_open ON tickets (created_day, topic, source, created_at, observed_until, waiting_since, schedule, business_start,
    "group", channel, priority) WHERE excluded IS NULL AND is_open;
DROP INDEX tickets_spans;
CREATE INDEX tickets_spans ON tickets (solved_at, created_at, source, "group", channel, priority)
    WHERE excluded IS NULL AND solved_at IS NOT NULL;
