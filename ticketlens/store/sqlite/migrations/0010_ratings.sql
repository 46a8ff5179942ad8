-- What a ticket was rated with, of tickets that were stored before it had columns of its own.
UPDATE tickets SET
    rating_score = (SELECT json_extract(d.rest, '$.satisfaction[0]') FROM details d WHERE d.key = tickets.key),
    rating_scale = (SELECT json_extract(d.rest, '$.satisfaction[1]') FROM details d WHERE d.key = tickets.key)
WHERE rated_day IS NOT NULL AND rating_scale IS NULL;
