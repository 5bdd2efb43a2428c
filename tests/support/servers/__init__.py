"""Servers that links are proved against: real ones from packages, and one that is like TrueNAS."""
