"""Tests of axium: `support` holds what they share, the other directories mirror `src/axium`."""
