"""The wire: frames, typed requests, replies and refusals, and the registry of commands."""
