"""`python -m crawler.cli`: the `warraq` command where its script is not on the path."""

from crawler.cli import main

if __name__ == "__main__":
    main()
