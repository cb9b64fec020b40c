"""A small project, for tests that need one."""
