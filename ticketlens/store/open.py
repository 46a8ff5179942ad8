"""A store by its address."""

from pathlib import Path

from ticketlens.errors import ConfigError
from ticketlens.store.base import Store
from ticketlens.store.sqlite import SqliteStore

SQLITE = "sqlite:///"


def open_store(url: str) -> Store:
    """The store at `sqlite:///relative.db` or `sqlite:////absolute.db`; made if it is not there."""
    path = _path(url)
    problem = missing_folder(url)
    if problem is not None:
        raise ConfigError(problem)
    return SqliteStore(path)


def missing_folder(url: str) -> str | None:
    """What is wrong with the place of a store, if it has none."""
    folder = _path(url).parent
    return None if folder.is_dir() else f"store: the folder {folder} does not exist; make it, or name another"


def store_exists(url: str) -> bool:
    return _path(url).exists()


def _path(url: str) -> Path:
    if not url.startswith(SQLITE):
        raise ConfigError(
            f"store: {url.rsplit('@', maxsplit=1)[-1]!r} is no address of a store; write sqlite:///ticketlens.db"
        )
    path = Path(url.removeprefix(SQLITE)).expanduser()
    if not path.name:
        raise ConfigError("store: the address names no file; write sqlite:///ticketlens.db")
    return path
