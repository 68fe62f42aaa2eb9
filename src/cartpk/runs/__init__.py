"""A run of the workflow: one at a time, of whole files only, made anew where its code changed, seen by people."""
