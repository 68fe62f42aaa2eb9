"""The generated pages of docs/, one module per page; `cartpk docs` writes them."""
