"""Secrets of sources at rest: sealed under a key that lies outside the store."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ticketlens.errors import ConfigError

FILE = "ticketlens.key"
EMBEDDED = "sqlite:///"


def key_file(store: str) -> Path:
    """Beside the file of a store that is one, else in the working folder."""
    if not store.startswith(EMBEDDED):
        return Path(FILE)
    file = Path(store.removeprefix(EMBEDDED))
    return file.with_name(f"{file.name}.key")


@dataclass(frozen=True)
class Seal:
    """`keys` are Fernet keys, the one that seals first; `file` is where one is made when the first secret is sealed."""

    keys: tuple[str, ...] = ()
    file: Path = Path(FILE)

    def close(self, secret: str) -> str:
        return self._fernet(make=True).encrypt(secret.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Raises ConfigError where another key sealed it."""
        try:
            return self._fernet(make=False).decrypt(sealed.encode("ascii")).decode()
        except InvalidToken:
            raise ConfigError(
                f"the secrets in the store were sealed with another key than {self._place}; "
                "bring that key back, or enter the secrets of each source again"
            ) from None

    @property
    def _place(self) -> str:
        return "that of secret_key" if self.keys else f"the one in {self.file}"

    def _fernet(self, *, make: bool) -> MultiFernet:
        keys = self.keys or tuple(self._kept(make=make))
        try:
            return MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise ConfigError(
                f"{'secret_key' if self.keys else self.file}: no key; a key is 32 bytes in URL-safe base64, "
                "as python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())' prints"
            ) from None

    def _kept(self, *, make: bool) -> list[str]:
        try:
            return self.file.read_text(encoding="ascii").split()
        except FileNotFoundError:
            if not make:
                raise ConfigError(
                    f"the key that sealed the secrets in the store is missing: bring {self.file} back, "
                    "or set secret_key to what it held"
                ) from None
            return [self._made()]
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{self.file}: {getattr(error, 'strerror', None) or 'no key'}") from None

    def _made(self) -> str:
        """A new key, that only this account may read; of several that make one at once all get the same."""
        key = Fernet.generate_key().decode("ascii")
        try:
            made = _place_whole(self.file, f"{key}\n")
            return key if made else self.file.read_text(encoding="ascii").split()[0]
        except OSError as error:
            raise ConfigError(f"{self.file}: {error.strerror}; set secret_key, or make that folder writable") from None
        except (UnicodeDecodeError, IndexError):
            raise ConfigError(f"{self.file}: no key") from None


def _place_whole(file: Path, text: str) -> bool:
    """Whether it was put there, for this account alone; False where one is. Nobody ever sees half of it."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # of mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as draft:
            draft.write(text)
            draft.flush()
            os.fsync(draft.fileno())
        os.link(name, file)
    except FileExistsError:
        return False
    finally:
        Path(name).unlink()
    _fsync_folder(file.parent)
    return True


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
