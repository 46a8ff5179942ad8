"""A store by its address."""

from pathlib import Path

from ticketlens.errors import ConfigError
from ticketlens.store.base import Store
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic.address import SCHEMES, Address, Options, shown
from ticketlens.store.sqlite import SqliteStore

SQLITE = "sqlite:///"


def open_store(url: str, options: Options | None = None) -> Store:
    """The store at `sqlite:///relative.db`, `sqlite:////absolute.db` or `http(s)://HOST:9200/PREFIX`.

    It is made if it is not there. `options` say how to speak to a cluster.
    """
    if is_cluster(url):
        return ElasticStore(Address.read(url), options)
    path = _path(url)
    problem = missing_folder(url)
    if problem is not None:
        raise ConfigError(problem)
    return SqliteStore(path)


def is_cluster(url: str) -> bool:
    return url.partition("://")[0].lower() in SCHEMES


def missing_folder(url: str) -> str | None:
    """What is wrong with the place of a store, if it has none."""
    if is_cluster(url):
        return None
    folder = _path(url).parent
    return None if folder.is_dir() else f"store: the folder {folder} does not exist; make it, or name another"


def store_exists(url: str) -> bool:
    """False where there is surely none; whether a cluster has one is known once it is asked."""
    return is_cluster(url) or _path(url).exists()


def _path(url: str) -> Path:
    if not url.startswith(SQLITE):
        raise ConfigError(
            f"store: {shown(url)!r} is no address of a store; write sqlite:///ticketlens.db, or http://HOST:9200/PREFIX"
        )
    path = Path(url.removeprefix(SQLITE)).expanduser()
    if not path.name:
        raise ConfigError("store: the address names no file; write sqlite:///ticketlens.db")
    return path
