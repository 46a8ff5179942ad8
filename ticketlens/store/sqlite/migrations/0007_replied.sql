-- A window of first replies walks the tickets that it holds, and those that nobody has answered yet.
CREATE INDEX tickets_replied ON tickets (first_reply_at, created_at, source, "group", channel, priority)
    WHERE excluded IS NULL AND first_reply_at IS NOT NULL;
CREATE INDEX tickets_unanswered ON tickets (created_at, solved_at, observed_until, source, topic, schedule, business_start, "group",
    channel, priority) WHERE excluded IS NULL AND first_reply_at IS NULL;
