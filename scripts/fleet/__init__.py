"""All Kedro projects below a directory: how far each is from the golden path, in one table."""
