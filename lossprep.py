"""What an installed copy starts from: puts its own folder first on the path, and runs the command line.

In the wheel this file is the package itself, so that site-packages gains the one name `lossprep`
while the code keeps its flat import names (see the packaging notes in CONTRIBUTING).
"""

from __future__ import annotations

import os
import sys

__version__ = "0.1.0"


def main() -> None:
    """The console script. Exits with the codes of the command line's contract."""
    folder = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100,PTH120  # pathlib costs 8 ms of every start
    if sys.path[:1] != [folder]:
        sys.path.insert(0, folder)
    import cli

    sys.exit(cli.main())


if __name__ == "__main__":
    main()
