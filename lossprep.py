"""What an installed copy starts from: puts its own folder first on the path, and runs the command line.

In the wheel this file is the package itself, so that site-packages gains the one name `lossprep`
while the code keeps its flat import names (see the packaging notes in CONTRIBUTING).
"""

from __future__ import annotations

import os
import sys

__version__ = "0.1.0"
NOT_INSTALLED = (
    "lossprep: the module {} is not installed. In a clone, `make quiz` installs all that is needed "
    "(or run `.venv/bin/lossprep`); elsewhere, `pip install` the folder that holds pyproject.toml.\n"
)


def main() -> None:
    """The console script. Exits with the codes of the command line's contract."""
    folder = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100,PTH120  # pathlib costs 8 ms of every start
    if sys.path[:1] != [folder]:
        sys.path.insert(0, folder)
    try:
        import cli

        code = cli.main()
    except ModuleNotFoundError as error:
        sys.stderr.write(NOT_INSTALLED.format((error.name or "").partition(".")[0]))
        code = 3
    sys.exit(code)


if __name__ == "__main__":
    main()
