"""Interactive charts of the page: Vega-Lite specifications that share the page's data block.

One file ``c_*.py`` is one chart; it stands in the place of a figure of :mod:`cartpk.figures`.
"""
