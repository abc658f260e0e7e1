"""Programs that are measured against, or measure: compiled or installed when they are needed."""
