"""A real Redmine, of Debian's packages: an instance of its own in a folder, its web server on loopback."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from ports import free_port

PACKAGES = ("redmine", "redmine-sqlite", "puma")
BUNDLER = "ruby-bundler"
CODE = Path("/usr/share/redmine")
ANSWERS = """\
redmine redmine/instances/default/dbconfig-install boolean true
redmine redmine/instances/default/database-type select sqlite3
redmine redmine/instances/default/default-language select en
"""
DATABASE = "production:\n  adapter: sqlite3\n  database: {}\n  encoding: utf8\n  timeout: {}\n"
LOCKED_MS = 30_000  # that one waits for another who writes
IMPORTED = 120
PREPARED = f"""
Redmine::DefaultData::Loader.load('en')
Setting.rest_api_enabled = '1'
Setting.notified_events = []
Mailer.perform_deliveries = false
admin = User.find_by_login('admin')
admin.must_change_passwd = false
admin.save!(validate: false)
keys = {{'admin' => admin.api_key}}
manager = Role.find_by_name('Manager')
projects = [['Shop', true], ['Archive', false], ['Cellar', false]].map do |name, is_public|
  Project.create!(name: name, identifier: name.downcase, is_public: is_public, trackers: Tracker.all)
end
%w[ana kim lens].each do |login|
  user = User.new(firstname: login.capitalize, lastname: 'Test', mail: login + '@example.com', language: 'en')
  user.login = login
  user.save!
  keys[login] = user.api_key
  projects.first(2).each {{ |one| Member.create!(project: one, principal: user, roles: [manager]) }}
end
IssueStatus.where(name: %w[New Closed]).each do |status|
  WorkflowTransition.create!(tracker: Tracker.last, role: manager, old_status_id: 0, new_status: status)
end
Issue.transaction do
  {IMPORTED}.times do |number|
    Issue.create!(project: projects[1], tracker: Tracker.last, author: User.find_by_login('ana'),
                  subject: "Imported #{{number}}", priority: IssuePriority.first)
  end
end
Issue.update_all(created_on: Time.utc(2026, 3, 1), updated_on: Time.utc(2026, 3, 1, 12))
puts 'KEYS ' + keys.to_json
"""


class CannotInstall(Exception):
    """Why there is no Redmine here."""


def install() -> None:
    """Raises CannotInstall, with the reason."""
    if _is_installed():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise CannotInstall("Redmine is not installed, and only root of a Debian may install it")
    _apt_get("update")
    _apt_get("install", BUNDLER)
    subprocess.run(["debconf-set-selections"], input=ANSWERS, text=True, check=True)
    _apt_get("install", *PACKAGES)


def _apt_get(*words: str) -> None:
    command = ["apt-get", "-q", "-y", "--no-install-recommends", *words]
    done = _run(command, env={**os.environ, **_bundler(), "DEBIAN_FRONTEND": "noninteractive"}, timeout=900)
    if done.returncode != 0:
        raise CannotInstall(f"apt-get {words[0]}: {done.stderr.strip()[-300:]}")


def _bundler() -> dict[str, str]:
    """Debian's own Bundler knows gems that came as packages; the newer one in Ruby, else preferred, does not."""
    asked = _run(["dpkg-query", "-W", "-f", "${Version}", BUNDLER])
    return {"BUNDLER_VERSION": asked.stdout.partition("-")[0]} if asked.returncode == 0 else {}


def _is_installed() -> bool:
    asked = _run(["dpkg-query", "-W", "-f", "${Status}\n", *PACKAGES])
    return asked.stdout.count("install ok installed") == len(PACKAGES)


@dataclass(frozen=True)
class Instance:
    """A running Redmine: ana asks, kim answers, lens is the account of TicketLens, which does not see the Cellar."""

    url: str
    keys: Mapping[str, str]
    log: Path

    def ask(self, who: str, method: str, path: str, **told: Any) -> Any:
        """The JSON of an answer, or None where there is none; fails where Redmine refuses."""
        headers = {"X-Redmine-API-Key": self.keys[who]}
        response = requests.request(method, f"{self.url}/{path}", headers=headers, timeout=30, **told)
        assert response.ok, f"{method} {path}: {response.status_code} {response.text[:300]}\n{self._last_said()}"
        return response.json() if response.content else None

    def _last_said(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def create(self, who: str, subject: str, **fields: Any) -> str:
        issue = {"project_id": "shop", "tracker_id": 3, "priority_id": 2, "subject": subject, **fields}
        return str(self.ask(who, "POST", "issues.json", json={"issue": issue})["issue"]["id"])

    def change(self, who: str, issue: str, **fields: Any) -> None:
        self.ask(who, "PUT", f"issues/{issue}.json", json={"issue": fields})


@contextmanager
def running(folder: Path) -> Iterator[Instance]:
    """A fresh Redmine, its database in that folder; nothing of the machine's own instance is touched."""
    environment = _lay_out(folder)
    _do(environment, "bundle", "exec", "rake", "db:migrate")
    told = _do(environment, "bundle", "exec", "rails", "runner", PREPARED)
    keys = json.loads(told.partition("KEYS ")[2].splitlines()[0])
    url = f"http://127.0.0.1:{free_port()}"
    with (folder / "log" / "puma.txt").open("wb") as log:
        command = ["puma", "-e", "production", "-b", url.replace("http", "tcp", 1), "-t", "1:4", "--dir", str(CODE)]
        server = subprocess.Popen(command, cwd=CODE, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(url, server, Path(log.name))
            yield Instance(url, keys, folder / "log" / "production.log")
        finally:
            server.terminate()
            server.wait(30)


def _lay_out(folder: Path) -> dict[str, str]:
    for name in ("config", "log", "files", "tmp/cache", "tmp/pids", "public/plugin_assets"):
        (folder / name).mkdir(parents=True)
    (folder / "config" / "database.yml").write_text(DATABASE.format(folder / "redmine.sqlite", LOCKED_MS))
    (folder / "config" / "secret_key.txt").write_text("0123456789abcdef" * 8)
    instance = os.path.relpath(folder, "/") if folder.is_absolute() else str(folder)
    return {
        **os.environ,
        **_bundler(),
        "RAILS_ENV": "production",
        "REDMINE_INSTANCE": f"../../../../{instance}",  # Debian looks for it under /usr/share/redmine/instances
        "SCHEMA": str(folder / "schema.rb"),
        "LANG": "C.UTF-8",
        "TZ": "America/New_York",  # in whose time it keeps its moments
    }


def _do(environment: Mapping[str, str], *command: str) -> str:
    done = _run(command, cwd=CODE, env=environment, timeout=300)
    assert done.returncode == 0, f"{command[:4]}: {done.stdout[-500:]} {done.stderr[-1500:]}"
    return done.stdout


def _run(command: Sequence[str], **how: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True, **how)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()[-1500:]
        try:
            requests.get(f"{url}/issue_statuses.json", timeout=30).raise_for_status()
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"no answer in a minute: {log.read_text()[-1500:]}")
