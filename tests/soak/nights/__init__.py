"""Nights replayed on an injected clock with everything that can go wrong, beside the same nights undisturbed."""
