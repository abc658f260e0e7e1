"""HTTP face of ingest: parse, call one operation, render."""
