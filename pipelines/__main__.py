"""`python -m pipelines` is the `veedor` command, for a checkout or a container where no script is on the path."""

from pipelines.cli import main

if __name__ == "__main__":
    main()
