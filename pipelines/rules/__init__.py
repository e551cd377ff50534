"""Rules of a guide dataset (`expectations/<guide_dataset>/rules.yaml`), and the GX suite that is made of them."""
