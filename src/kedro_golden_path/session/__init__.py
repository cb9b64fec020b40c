"""What `kedro run` does from its first to its last line: the session and its hooks."""
