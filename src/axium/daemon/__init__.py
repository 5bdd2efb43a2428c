"""The daemon: one process per user and home, which knows which environment every pane is in."""
