"""What people do to topics: kept as edits, replayed on whatever a run finds, undone in any order that makes sense."""
