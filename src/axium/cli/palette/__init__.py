"""The palette: every command, a few letters away; started without the command line's imports."""
