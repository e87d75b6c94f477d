"""Where the state lives: `LOSSPREP_HOME`, else the platform's data directory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def state_folder(environ: Mapping[str, str]) -> Path:
    """The folder that holds all state. It is not created here."""
    given = environ.get("LOSSPREP_HOME", "").strip()
    if given:
        return Path(given).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("lossprep", appauthor=False)


def database(environ: Mapping[str, str]) -> Path:
    """The one database."""
    return state_folder(environ) / "progress.db"
