"""A real Dovecot in a folder of its own, on a free port of this machine, with one account."""

import getpass
import grp
import imaplib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

USER, PASSWORD = "sari", "right"
FOLDER = "Toko"
WITHOUT = "dovecot is not installed (Debian: apt-get install dovecot-imapd)"
_CONFIG = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_location = maildir:{place}/mail
first_valid_uid = 1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={place}/mail
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


def installed() -> bool:
    """Whether this machine has Dovecot; it lies where only root's path leads."""
    return _program() is not None


def _program() -> str | None:
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")


class DovecotServer:
    """Start and stop it as often as a test likes: port and mail stay."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.port = _free_port()
        # A short path: its sockets lie there. And one that the mail's owner may enter.
        self._place = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self._place.chmod(0o755)
        self._running: subprocess.Popen[bytes] | None = None
        for name in ("run", "state", "mail"):
            (self._place / name).mkdir()
        (self._place / "dovecot.conf").write_text(self._config(certificate, key))

    def start(self) -> None:
        """Returns once it answers. Raises RuntimeError with its log if it does not."""
        program = _program()
        assert program, WITHOUT
        config = str(self._place / "dovecot.conf")
        self._running = subprocess.Popen(
            [program, "-F", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 30
        while time.monotonic() < until and self._running.poll() is None:
            try:
                self.client().logout()
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.1)
            else:
                return
        log = self._place / "log"
        raise RuntimeError(log.read_text()[-2000:] if log.exists() else "dovecot did not start")

    def stop(self) -> None:
        if self._running is not None:
            self._running.terminate()
            self._running.wait(20)
            self._running = None

    def remove(self) -> None:
        """Stop it and delete all of it."""
        self.stop()
        shutil.rmtree(self._place, ignore_errors=True)

    def create(self) -> None:
        with self.client() as client:
            status, said = client.create(FOLDER)
            assert status == "OK", said

    def client(self) -> imaplib.IMAP4:
        """A second mail program at the same mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(USER, PASSWORD)
        return client

    def append(self, raw: bytes) -> None:
        with self.client() as client:
            status, said = client.append(FOLDER, "", "", raw)
            assert status == "OK", said

    def expunge(self, uid: int) -> None:
        with self.client() as client:
            client.select(FOLDER)
            client.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
            client.expunge()

    def recreate(self) -> None:
        """The folder anew, so with another UIDVALIDITY; Dovecot takes the time in seconds."""
        with self.client() as client:
            client.delete(FOLDER)
        self.create()

    def flags(self) -> list[str]:
        with self.client() as client:
            client.select(FOLDER, readonly=True)
            _, data = client.fetch("1:*", "(FLAGS)")
        return [each.decode() for each in data if isinstance(each, bytes)]

    def _config(self, certificate: Path, key: Path) -> str:
        # As root, mail must belong to somebody else: Dovecot refuses to serve root's.
        root = os.getuid() == 0
        me = getpass.getuser()
        uid, gid = (65534, 65534) if root else (os.getuid(), os.getgid())
        if root:
            os.chown(self._place / "mail", uid, gid)
        return _CONFIG.format(
            place=self._place, port=self.port, uid=uid, gid=gid, password=PASSWORD,
            certificate=certificate, key=key,
            internal="dovecot" if root else me, login="dovenull" if root else me,
            group="dovecot" if root else grp.getgrgid(os.getgid()).gr_name,
        )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
