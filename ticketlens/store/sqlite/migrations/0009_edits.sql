-- An assignment is a text's by its fingerprint, or one ticket's own by its name (ticketlens/store/names.py), which begins with
-- '@'; the latter wins. `found`: the topic that the run found, where an edit gave another.
ALTER TABLE assignments ADD COLUMN found INTEGER;
