"""Reading, checking and editing the files that a user writes."""
