-- What a window saw is read from indexes of the moments of ends: no ticket is looked up.
DROP INDEX tickets_spans;
CREATE INDEX tickets_spans ON tickets (solved_at, created_at, source, "group", channel, priority, ttr_full_calendar_bin,
    ttr_full_business_bin, schedule, business_start, reopens, observed_until, ttr_full_calendar, started_at) WHERE excluded IS NULL AND solved_at IS NOT NULL;
CREATE INDEX tickets_first_ends ON tickets (first_solved_at, created_at, source, "group", channel, priority, ttr_first_calendar_bin,
    ttr_first_business_bin, schedule, business_start, ttr_first_calendar, started_at) WHERE excluded IS NULL AND first_solved_at IS NOT NULL;
CREATE INDEX tickets_replied ON tickets (first_reply_at, created_at, source, "group", channel, priority, reply_first_calendar_bin,
    reply_first_business_bin, schedule, business_start, started_at) WHERE excluded IS NULL AND first_reply_at IS NOT NULL;
CREATE INDEX tickets_waiting ON tickets (created_at, solved_at, observed_until, source, "group", channel, priority, schedule,
    business_start, started_at) WHERE excluded IS NULL AND first_reply_at IS NULL;
