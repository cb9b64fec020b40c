"""Configuration: how it is read, what it may refer to, and what was probably meant."""
