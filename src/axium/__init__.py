"""axium: every terminal pane knows its environment, and every wrapped command is held to it."""

__version__ = "0.1.0"
