"""Every query of ingest. Takes and returns domain values; rows do not leave this package."""
