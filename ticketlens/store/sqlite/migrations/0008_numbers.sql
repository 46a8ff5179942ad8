-- Every text that a filter or a group can name, once. Tickets hold its number beside it, so that indexes stay narrow and
-- groups are counted as numbers. The tags of a ticket are one text (a JSON list), as are its flaws; so are its custom fields (an
-- object).
CREATE TABLE texts (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

CREATE TEMP TABLE sets (key INTEGER PRIMARY KEY, tags TEXT, flaws TEXT, custom TEXT);
INSERT INTO sets (key, tags) SELECT key, json_group_array(value) FROM (SELECT key, value FROM tags ORDER BY 1, 2) GROUP BY 1;
INSERT INTO sets (key, flaws)
    SELECT key, json_group_array(value) FROM (SELECT key, value FROM flaws ORDER BY 1, 2) WHERE true GROUP BY 1
    ON CONFLICT DO UPDATE SET flaws = excluded.flaws;
INSERT INTO sets (key, custom)
    SELECT key, json_group_object(name, value) FROM (SELECT key, name, value FROM custom ORDER BY 1, 2) WHERE true GROUP BY 1
    ON CONFLICT DO UPDATE SET custom = excluded.custom;

INSERT INTO texts (text)
    SELECT source FROM tickets UNION SELECT "group" FROM tickets WHERE "group" IS NOT NULL
    UNION SELECT assignee FROM tickets WHERE assignee IS NOT NULL UNION SELECT brand FROM tickets WHERE brand IS NOT NULL
    UNION SELECT channel FROM tickets WHERE channel IS NOT NULL UNION SELECT priority FROM tickets WHERE priority IS NOT NULL
    UNION SELECT language FROM tickets WHERE language IS NOT NULL
    UNION SELECT organization FROM tickets WHERE organization IS NOT NULL
    UNION SELECT requester FROM tickets WHERE requester IS NOT NULL UNION SELECT status FROM tickets
    UNION SELECT tags FROM sets WHERE tags IS NOT NULL UNION SELECT flaws FROM sets WHERE flaws IS NOT NULL
    UNION SELECT custom FROM sets WHERE custom IS NOT NULL;

-- Which of these sets hold a value.
DROP TABLE tags;
DROP TABLE flaws;
DROP TABLE custom;
CREATE TABLE tags (value TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (value, number)) STRICT, WITHOUT ROWID;
CREATE TABLE flaws (value TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (value, number)) STRICT, WITHOUT ROWID;
CREATE TABLE custom (name TEXT NOT NULL, value TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (name, value, number))
    STRICT, WITHOUT ROWID;
INSERT INTO tags SELECT DISTINCT j.value, t.number
    FROM (SELECT DISTINCT tags FROM sets WHERE tags IS NOT NULL) s JOIN texts t ON t.text = s.tags, json_each(t.text) j;
INSERT INTO flaws SELECT DISTINCT j.value, t.number
    FROM (SELECT DISTINCT flaws FROM sets WHERE flaws IS NOT NULL) s JOIN texts t ON t.text = s.flaws, json_each(t.text) j;
INSERT INTO custom SELECT DISTINCT j.key, j.value, t.number
    FROM (SELECT DISTINCT custom FROM sets WHERE custom IS NOT NULL) s JOIN texts t ON t.text = s.custom, json_each(t.text) j;

DROP INDEX tickets_arrived;
DROP INDEX tickets_arrived_bins;
DROP INDEX tickets_solved;
DROP INDEX tickets_solved_bins;
DROP INDEX tickets_first_solved;
DROP INDEX tickets_rated;
DROP INDEX tickets_open;
DROP INDEX tickets_followed;
DROP INDEX tickets_unanswered;
DROP INDEX tickets_touched;
DROP INDEX tickets_targeted;
DROP INDEX tickets_targeted_solved;
DROP INDEX tickets_worked;
DROP INDEX tickets_scored;
DROP INDEX tickets_spans;
DROP INDEX tickets_first_ends;
DROP INDEX tickets_replied;
DROP INDEX tickets_waiting;

ALTER TABLE tickets ADD COLUMN source_number INTEGER;
ALTER TABLE tickets ADD COLUMN group_number INTEGER;
ALTER TABLE tickets ADD COLUMN assignee_number INTEGER;
ALTER TABLE tickets ADD COLUMN brand_number INTEGER;
ALTER TABLE tickets ADD COLUMN channel_number INTEGER;
ALTER TABLE tickets ADD COLUMN priority_number INTEGER;
ALTER TABLE tickets ADD COLUMN language_number INTEGER;
ALTER TABLE tickets ADD COLUMN organization_number INTEGER;
ALTER TABLE tickets ADD COLUMN requester_number INTEGER;
ALTER TABLE tickets ADD COLUMN status_number INTEGER;
ALTER TABLE tickets ADD COLUMN tags_number INTEGER;
ALTER TABLE tickets ADD COLUMN flaws_number INTEGER;
ALTER TABLE tickets ADD COLUMN custom_number INTEGER;
UPDATE tickets AS t SET
    source_number = (SELECT number FROM texts WHERE text = t.source),
    group_number = (SELECT number FROM texts WHERE text = t."group"),
    assignee_number = (SELECT number FROM texts WHERE text = t.assignee),
    brand_number = (SELECT number FROM texts WHERE text = t.brand),
    channel_number = (SELECT number FROM texts WHERE text = t.channel),
    priority_number = (SELECT number FROM texts WHERE text = t.priority),
    language_number = (SELECT number FROM texts WHERE text = t.language),
    organization_number = (SELECT number FROM texts WHERE text = t.organization),
    requester_number = (SELECT number FROM texts WHERE text = t.requester),
    status_number = (SELECT number FROM texts WHERE text = t.status),
    tags_number = (SELECT n.number FROM sets s JOIN texts n ON n.text = s.tags WHERE s.key = t.key),
    flaws_number = (SELECT n.number FROM sets s JOIN texts n ON n.text = s.flaws WHERE s.key = t.key),
    custom_number = (SELECT n.number FROM sets s JOIN texts n ON n.text = s.custom WHERE s.key = t.key);
DROP TABLE sets;

-- A walk over the days of a cohort looks no ticket up: each of these holds every filter, and every bin that a chart counts.
CREATE INDEX tickets_arrived ON tickets (created_day, created_at, is_open, reopens, solved_at, topic, match, satisfied,
    waited_seconds, waiting_since, source_number, group_number, assignee_number, brand_number, channel_number,
    priority_number, language_number, organization_number, requester_number, status_number, tags_number, flaws_number,
    custom_number, first_reply_at, ttr_full_calendar_bin, ttr_full_business_bin, ttr_first_calendar_bin,
    ttr_first_business_bin, reply_first_calendar_bin, reply_first_business_bin, reply_next_calendar_bin,
    reply_next_business_bin, wait_requester_calendar_bin, wait_requester_business_bin, wait_agent_calendar_bin,
    wait_agent_business_bin, wait_hold_calendar_bin, wait_hold_business_bin) WHERE excluded IS NULL;
CREATE INDEX tickets_solved ON tickets (solved_day, solved_at, created_at, topic, source_number, group_number,
    assignee_number, brand_number, channel_number, priority_number, language_number, organization_number,
    requester_number, status_number, tags_number, flaws_number, custom_number, ttr_full_calendar_bin,
    ttr_full_business_bin, ttr_first_calendar_bin, ttr_first_business_bin, reply_first_calendar_bin,
    reply_first_business_bin, reply_next_calendar_bin, reply_next_business_bin, wait_requester_calendar_bin,
    wait_requester_business_bin, wait_agent_calendar_bin, wait_agent_business_bin, wait_hold_calendar_bin,
    wait_hold_business_bin, handling_first_calendar_bin, handling_first_business_bin, handling_last_calendar_bin,
    handling_last_business_bin, handling_sum_calendar_bin, handling_sum_business_bin)
    WHERE excluded IS NULL AND solved_day IS NOT NULL;
CREATE INDEX tickets_first_solved ON tickets (first_solved_day, first_solved_at, returned, topic, source_number,
    group_number, assignee_number, brand_number, channel_number, priority_number, language_number, organization_number,
    requester_number, status_number, tags_number, flaws_number, custom_number)
    WHERE excluded IS NULL AND first_solved_day IS NOT NULL;
CREATE INDEX tickets_rated ON tickets (rated_day, satisfied, rating_scale, rating_score, topic, source_number,
    group_number, assignee_number, brand_number, channel_number, priority_number, language_number, organization_number,
    requester_number, status_number, tags_number, flaws_number, custom_number)
    WHERE excluded IS NULL AND rated_day IS NOT NULL;
CREATE INDEX tickets_open ON tickets (created_day, created_at, topic, source, reopens, observed_until, waiting_since,
    schedule, business_start, started_at, first_solved_at, source_number, group_number, assignee_number, brand_number,
    channel_number, priority_number, language_number, organization_number, requester_number, status_number, tags_number,
    flaws_number, custom_number) WHERE excluded IS NULL AND is_open;

-- The same beside what is known of some tickets alone, and at the moments of ends.
CREATE INDEX tickets_followed ON tickets (created_day, topic, source, next_since, next_business_start, schedule,
    observed_until, next_reply_at, source_number, group_number, assignee_number, brand_number, channel_number,
    priority_number, language_number, organization_number, requester_number, status_number, tags_number, flaws_number,
    custom_number) WHERE excluded IS NULL AND next_since IS NOT NULL AND next_reply_at IS NULL;
CREATE INDEX tickets_unanswered ON tickets (created_day, topic, source, created_at, started_at, observed_until,
    solved_at, schedule, business_start, first_reply_at, source_number, group_number, assignee_number, brand_number,
    channel_number, priority_number, language_number, organization_number, requester_number, status_number,
    tags_number, flaws_number, custom_number) WHERE excluded IS NULL AND first_reply_at IS NULL;
CREATE INDEX tickets_touched ON tickets (solved_day, topic, one_touch, source_number, group_number, assignee_number,
    brand_number, channel_number, priority_number, language_number, organization_number, requester_number,
    status_number, tags_number, flaws_number, custom_number)
    WHERE excluded IS NULL AND one_touch IS NOT NULL AND solved_day IS NOT NULL;
CREATE INDEX tickets_targeted ON tickets (created_day, topic, breach_at, source_number, group_number, assignee_number,
    brand_number, channel_number, priority_number, language_number, organization_number, requester_number,
    status_number, tags_number, flaws_number, custom_number) WHERE excluded IS NULL AND targeted;
CREATE INDEX tickets_targeted_solved ON tickets (solved_day, topic, breach_at, source_number, group_number,
    assignee_number, brand_number, channel_number, priority_number, language_number, organization_number,
    requester_number, status_number, tags_number, flaws_number, custom_number)
    WHERE excluded IS NULL AND targeted AND solved_day IS NOT NULL;
CREATE INDEX tickets_worked ON tickets (solved_day, topic, agent_seconds, source_number, group_number, assignee_number,
    brand_number, channel_number, priority_number, language_number, organization_number, requester_number,
    status_number, tags_number, flaws_number, custom_number)
    WHERE excluded IS NULL AND agent_seconds IS NOT NULL AND solved_day IS NOT NULL;
CREATE INDEX tickets_spans ON tickets (solved_at, created_at, topic, source, ttr_full_calendar_bin,
    ttr_full_business_bin, schedule, business_start, reopens, observed_until, ttr_full_calendar, started_at,
    source_number, group_number, assignee_number, brand_number, channel_number, priority_number, language_number,
    organization_number, requester_number, status_number, tags_number, flaws_number, custom_number)
    WHERE excluded IS NULL AND solved_at IS NOT NULL;
CREATE INDEX tickets_first_ends ON tickets (first_solved_at, created_at, topic, source, ttr_first_calendar_bin,
    ttr_first_business_bin, schedule, business_start, observed_until, ttr_first_calendar, started_at, source_number,
    group_number, assignee_number, brand_number, channel_number, priority_number, language_number, organization_number,
    requester_number, status_number, tags_number, flaws_number, custom_number)
    WHERE excluded IS NULL AND first_solved_at IS NOT NULL;
CREATE INDEX tickets_replied ON tickets (first_reply_at, created_at, topic, source, reply_first_calendar_bin,
    reply_first_business_bin, schedule, business_start, solved_at, observed_until, started_at, source_number,
    group_number, assignee_number, brand_number, channel_number, priority_number, language_number, organization_number,
    requester_number, status_number, tags_number, flaws_number, custom_number)
    WHERE excluded IS NULL AND first_reply_at IS NOT NULL;
CREATE INDEX tickets_waiting ON tickets (created_at, solved_at, observed_until, topic, source, schedule,
    business_start, started_at, source_number, group_number, assignee_number, brand_number, channel_number,
    priority_number, language_number, organization_number, requester_number, status_number, tags_number, flaws_number,
    custom_number) WHERE excluded IS NULL AND first_reply_at IS NULL;

-- What is odd in the tickets of each source. The condition on the key, true of all, keeps it out of the choice of an index for
-- any question but the one that names it.
CREATE INDEX tickets_flawed ON tickets (source_number, flaws_number)
    WHERE excluded IS NULL AND flaws_number IS NOT NULL AND key > 0;
