"""`python -m koschuso`: the command without its script."""

import sys

from koschuso.cli import main

if __name__ == "__main__":
    sys.exit(main())
