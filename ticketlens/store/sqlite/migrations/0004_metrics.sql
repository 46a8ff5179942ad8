-- What more is measured of a ticket; the rows that are there get theirs when all is computed anew (ticketlens cluster).
ALTER TABLE tickets ADD COLUMN started_at INTEGER;
ALTER TABLE tickets ADD COLUMN next_since INTEGER;
ALTER TABLE tickets ADD COLUMN next_reply_at INTEGER;
ALTER TABLE tickets ADD COLUMN next_business_start INTEGER;
ALTER TABLE tickets ADD COLUMN one_touch INTEGER;
ALTER TABLE tickets ADD COLUMN targeted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN breach_at INTEGER;
ALTER TABLE tickets ADD COLUMN agent_seconds INTEGER;
ALTER TABLE tickets ADD COLUMN rating_score REAL;
ALTER TABLE tickets ADD COLUMN rating_scale INTEGER;
ALTER TABLE tickets ADD COLUMN reply_next_calendar INTEGER;
ALTER TABLE tickets ADD COLUMN reply_next_calendar_bin INTEGER;
ALTER TABLE tickets ADD COLUMN reply_next_business INTEGER;
ALTER TABLE tickets ADD COLUMN reply_next_business_bin INTEGER;
ALTER TABLE tickets ADD COLUMN handling_first_calendar INTEGER;
ALTER TABLE tickets ADD COLUMN handling_first_calendar_bin INTEGER;
ALTER TABLE tickets ADD COLUMN handling_first_business INTEGER;
ALTER TABLE tickets ADD COLUMN handling_first_business_bin INTEGER;
ALTER TABLE tickets ADD COLUMN handling_last_calendar INTEGER;
ALTER TABLE tickets ADD COLUMN handling_last_calendar_bin INTEGER;
ALTER TABLE tickets ADD COLUMN handling_last_business INTEGER;
ALTER TABLE tickets ADD COLUMN handling_last_business_bin INTEGER;
ALTER TABLE tickets ADD COLUMN handling_sum_calendar INTEGER;
ALTER TABLE tickets ADD COLUMN handling_sum_calendar_bin INTEGER;
ALTER TABLE tickets ADD COLUMN handling_sum_business INTEGER;
ALTER TABLE tickets ADD COLUMN handling_sum_business_bin INTEGER;

-- When the work before a solved stretch was over.
ALTER TABLE pauses ADD COLUMN done INTEGER NOT NULL DEFAULT 0;
UPDATE pauses SET done = start;

-- Ages of open tickets count from when their clock began.
DROP INDEX tickets_open;
CREATE INDEX tickets_open ON tickets (created_day, topic, source, created_at, observed_until, waiting_since, schedule, business_start,
    "group", channel, priority, started_at) WHERE excluded IS NULL AND is_open;

-- Who waits for a further reply now.
CREATE INDEX tickets_followed ON tickets (created_day, topic, source, next_since, next_business_start, schedule, observed_until,
    next_reply_at, "group", channel, priority)
    WHERE excluded IS NULL AND next_since IS NOT NULL AND next_reply_at IS NULL;

-- Who has no reply at all.
CREATE INDEX tickets_unanswered ON tickets (created_day, topic, source, created_at, started_at, observed_until, solved_at, schedule,
    business_start, first_reply_at, "group", channel, priority) WHERE excluded IS NULL AND first_reply_at IS NULL;

-- Bins of all durations but the one that is shown by itself. The condition on the key, true of all, keeps them out of
-- the choice of an index for any question but those that name them.
CREATE INDEX tickets_arrived_bins ON tickets (created_day, topic, ttr_first_calendar_bin, ttr_first_business_bin,
    reply_first_calendar_bin, reply_first_business_bin, reply_next_calendar_bin, reply_next_business_bin, source, "group", channel,
    priority) WHERE excluded IS NULL AND key > 0;
CREATE INDEX tickets_solved_bins ON tickets (solved_day, topic, ttr_first_calendar_bin, ttr_first_business_bin,
    reply_first_calendar_bin, reply_first_business_bin, reply_next_calendar_bin, reply_next_business_bin,
    wait_requester_calendar_bin, wait_requester_business_bin, wait_agent_calendar_bin, wait_agent_business_bin,
    wait_hold_calendar_bin, wait_hold_business_bin, handling_first_calendar_bin, handling_first_business_bin,
    handling_last_calendar_bin, handling_last_business_bin, handling_sum_calendar_bin, handling_sum_business_bin,
    solved_at, source, "group", channel, priority) WHERE excluded IS NULL AND solved_day IS NOT NULL AND key > 0;

-- Shares and sums over the tickets of which they are known.
CREATE INDEX tickets_touched ON tickets (solved_day, topic, one_touch, source, "group", channel, priority)
    WHERE excluded IS NULL AND one_touch IS NOT NULL AND solved_day IS NOT NULL;
CREATE INDEX tickets_targeted ON tickets (created_day, topic, breach_at, source, "group", channel, priority)
    WHERE excluded IS NULL AND targeted;
CREATE INDEX tickets_targeted_solved ON tickets (solved_day, topic, breach_at, source, "group", channel, priority)
    WHERE excluded IS NULL AND targeted AND solved_day IS NOT NULL;
CREATE INDEX tickets_worked ON tickets (solved_day, topic, agent_seconds, source, "group", channel, priority)
    WHERE excluded IS NULL AND agent_seconds IS NOT NULL AND solved_day IS NOT NULL;
