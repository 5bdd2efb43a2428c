"""The families of `axium.core.api`; plugins import that one."""
