"""One contract per dataset, by layer: what the data must be for the next step to make sense."""
