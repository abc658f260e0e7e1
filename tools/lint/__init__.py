"""The house's own rules: what ruff, pyright and import-linter cannot see."""
