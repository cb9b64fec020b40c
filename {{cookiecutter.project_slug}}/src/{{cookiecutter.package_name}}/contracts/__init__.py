"""One contract per dataset, one module per layer: what the next step may rely on."""
