"""What plugins may import; every name here without a leading underscore stays."""
