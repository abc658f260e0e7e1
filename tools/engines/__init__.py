"""The real engines, fetched, built and run on this machine without Docker."""
