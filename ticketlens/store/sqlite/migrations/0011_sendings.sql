-- Answers of which nobody tells the sending count as sent on their own day.
CREATE INDEX answers_untold ON answers (at, kind, survey, score, name, ticket_source, ticket, customer)
    WHERE sent_at IS NULL AND score IS NOT NULL;
