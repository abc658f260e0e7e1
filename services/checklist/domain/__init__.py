"""The law of recording as pure functions: packs in, facts in, findings out."""
