"""Contracts: what must be true of a dataset, on pandas and on Spark alike."""
