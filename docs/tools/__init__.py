"""What `python -m docs.generate` writes the reference pages with: one module a subject."""
