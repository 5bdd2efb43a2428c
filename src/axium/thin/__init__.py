"""What must start in a blink: built-in modules and `_socket`, nothing else."""
