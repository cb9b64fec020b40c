"""Dataset types that Kedro lacks, and what is known of the files of any dataset."""
