-- What became of a delivery, apart from why; an outcome was one text for both before.
ALTER TABLE inbox ADD COLUMN became TEXT NOT NULL DEFAULT 'waiting';
UPDATE inbox SET became = CASE
    WHEN outcome LIKE 'stored%' THEN 'stored'
    WHEN outcome LIKE 'unchanged%' THEN 'unchanged'
    ELSE 'set_aside'
END WHERE outcome IS NOT NULL;
DROP INDEX inbox_waiting;
CREATE INDEX inbox_waiting ON inbox (source, number) WHERE became = 'waiting';
CREATE INDEX inbox_by_time ON inbox (source, at, became);
