"""The command line: one module per group, imported only when its command is named."""
