"""``python -m macros`` is the same as ``mailhelp``."""

import sys

from macros.cli import main

sys.exit(main())
