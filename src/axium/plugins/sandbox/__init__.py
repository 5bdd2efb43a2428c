"""What holds a gear's process to its policy: Landlock, seccomp and limits, put on before its code.

Trusted code, which runs between fork and the import of the gear: the standard library only.
"""
