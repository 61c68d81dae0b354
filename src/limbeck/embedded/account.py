"""As whom a server runs, and where that account may read.

PostgreSQL refuses to run as root, so root lends it an account without rights. Nobody else's files change owner
or mode: what the account cannot reach is copied to where it can.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limbeck.errors import NoOrdinaryAccount, NoPlaceForServer

# The longest path of a unix socket: 107 characters on Linux, 103 on macOS and the BSDs.
SOCKET_LIMIT = 103


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user and a group by number; of both None means: the one we are."""

    uid: int | None = None
    gid: int | None = None

    def popen(self) -> dict[str, Any]:
        """The keywords that make `subprocess` start a program as this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give one of our own files to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_reach(self, path: Path) -> bool:
        """Whether the account may enter the path and every folder above it, as everybody may."""
        if self.uid is None:
            return True
        return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def ordinary_account() -> Account:
    """Ourselves; when we are root, an account without rights.

    It needs an entry in the password file: initdb asks for its name.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return Account()
    import pwd

    tried = ("nobody", "postgres", "daemon")
    for name in tried:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise NoOrdinaryAccount(tried=tried)


def make_folder(account: Account, prefix: str) -> Path:
    """A new folder that only the account can enter, with a path short enough for a unix socket in it."""
    tried = []
    for place in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):
        room = Path(place).resolve()
        tried.append(str(room))
        longest = f"{room}/{prefix}12345678/.s.PGSQL.65535.lock"
        if (
            not room.is_dir()
            or not account.can_reach(room)
            or (os.name == "posix" and len(longest) > SOCKET_LIMIT)
        ):
            continue
        try:
            folder = Path(tempfile.mkdtemp(prefix=prefix, dir=room))
        except OSError:
            continue
        account.own(folder)
        return folder
    raise NoPlaceForServer(tried=tuple(tried))
