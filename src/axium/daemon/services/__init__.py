"""What decides and owns side effects; commands only translate to and from these."""
