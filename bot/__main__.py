"""`python -m bot`. The engine's process imports this file again, so nothing happens here but the call."""

import sys

from bot.cli import main

if __name__ == "__main__":
    sys.exit(main())
