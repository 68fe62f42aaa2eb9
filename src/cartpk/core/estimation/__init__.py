"""Estimation from censored data: one profile at a time, or all subjects together."""
