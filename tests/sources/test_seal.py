"""The key that seals secrets: made once, whole or not at all, and read by nobody else."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from ticketlens.errors import ConfigError
from ticketlens.sources.seal import Seal

ROOT = Path(__file__).parents[2]


def test_of_many_that_make_a_key_at_once_each_opens_what_another_sealed(tmp_path: Path) -> None:
    for turn in range(20):
        file, together = tmp_path / f"{turn}.key", Barrier(8)

        def close(secret: str, file: Path = file, together: Barrier = together) -> str:
            together.wait()
            return Seal(file=file).close(secret)

        with ThreadPoolExecutor(8) as pool:
            sealed = list(pool.map(close, "abcdefgh"))
        assert [Seal(file=file).open(one) for one in sealed] == list("abcdefgh")
    assert len(list(tmp_path.iterdir())) == 20


def test_the_key_is_for_this_account_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Seal(file=tmp_path / "one.key").close("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "one.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("died_at", ["fsync", "link"])
def test_a_crash_in_the_midst_leaves_no_key_and_the_next_one_makes_it(tmp_path: Path, died_at: str) -> None:
    """The process ends as if killed, at the moment at which the key is written or put in its place."""
    file = tmp_path / "one.key"
    program = (
        f"import os; from pathlib import Path; from ticketlens.sources.seal import Seal; "
        f"os.{died_at} = lambda *any: os._exit(9); Seal(file=Path({str(file)!r})).close('x')"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 9
    assert not file.exists()
    assert Seal(file=file).open(Seal(file=file).close("again")) == "again"


def test_a_key_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "one.key"
    file.write_text("")
    with pytest.raises(ConfigError, match="no key"):
        Seal(file=file)._made()
    assert file.read_text() == ""
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="set secret_key"):
        Seal(file=tmp_path / "nowhere" / "one.key").close("x")
