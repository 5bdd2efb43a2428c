"""Where the code of plugins runs: the template, a host for each, and how they are loaded."""
