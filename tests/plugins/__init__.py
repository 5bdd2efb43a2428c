"""Tests of where the code of plugins runs."""
