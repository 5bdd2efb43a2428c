"""Upstream connections that stay open: their sessions, and the process that keeps them."""
