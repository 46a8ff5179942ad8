-- What is odd in a ticket, by the names of ticketlens/metrics/durations.py.
CREATE TABLE flaws (value TEXT NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (value, key)) STRICT, WITHOUT ROWID;
CREATE INDEX flaws_by_key ON flaws (key);
