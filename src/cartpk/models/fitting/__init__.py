"""Kinetic models fitted: to one profile at a time, to all subjects together, to counts; and what a fit foretells."""
