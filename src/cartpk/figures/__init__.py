"""Figures of the report: one module per figure, found by name; a plot, its data and its words."""
