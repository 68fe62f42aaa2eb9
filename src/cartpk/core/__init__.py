"""Numerical methods on numpy arrays: they know no tables, no files and no settings."""
