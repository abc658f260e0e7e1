"""Everything ingest can do. One function, one transaction, one outcome."""
