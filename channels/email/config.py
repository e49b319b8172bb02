"""What `config.yml` says about an email channel."""

import ipaddress
import re
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from channels.config import ChannelConfig
from channels.email.auth import Border

Port = Annotated[int, Field(ge=1, le=65_535)]
Seconds = Annotated[float, Field(gt=0, le=600)]
Tls = Literal["starttls", "implicit", "none"]


LONGEST_SENDING = 29.0
"""Seconds: the worker gives any channel half a minute for a message."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Smtp(_Section):
    """The server our mail leaves through."""

    host: str
    port: Port = 587
    tls: Tls = "starttls"
    """"starttls" (port 587) and "implicit" (port 465) are required, never merely tried."""
    username: str | None = None
    password: SecretStr | None = None
    connect_seconds: Seconds = 10.0
    """For everything up to the mail itself together: connecting, TLS, signing in, the recipient."""
    data_seconds: Seconds = 15.0
    """For the mail itself; past it nobody knows whether it was taken (C8.2)."""
    connections: Annotated[int, Field(ge=0, le=20)] = 4
    """Idle connections kept for the next mail; 0 connects anew for each."""
    ca_file: str | None = None
    """A file of certificate authorities to trust instead of the system's."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("needs both username and password, or neither")
        if self.connect_seconds + self.data_seconds > LONGEST_SENDING:
            raise ValueError(
                f"connect_seconds and data_seconds must not exceed {LONGEST_SENDING:.0f} together:"
                " whoever waits longer gives a mail up, not knowing whether it was sent"
            )
        return self


class Imap(_Section):
    """The mailbox our mail arrives in."""

    host: str
    port: Port = 993
    tls: Tls = "implicit"
    username: str
    password: SecretStr
    ca_file: str | None = None
    """A file of certificate authorities to trust instead of the system's."""
    folder: str = "INBOX"
    history_days: Annotated[int, Field(ge=0)] | None = 3
    """How far back to read at the first start, and after the server renumbered the mailbox.

    0 is from midnight, None is everything. Mail read then is answered like any other.
    """
    mark_seen: bool = True
    largest: Annotated[int, Field(ge=10_000)] = 10_000_000
    """Bytes of a mail that are fetched; what is longer is cut off there and read all the same."""
    idle_seconds: Annotated[float, Field(gt=0, lt=29 * 60)] = 5 * 60
    """How long one IDLE lasts: at most 29 minutes (RFC 2177), less where routers forget sooner."""
    poll_seconds: Seconds = 30.0
    """How often to look where the server does not know IDLE."""
    timeout_seconds: Seconds = 30.0
    sent_folder: str | None = None
    """Where the SMTP server files what it took, such as "[Gmail]/Sent Mail"."""
    sent_is_complete: bool = False
    """The SMTP server files everything it took there: what is not there was not sent."""


class Dkim(_Section):
    """Signs what leaves, where the SMTP server does not."""

    selector: str
    private_key: SecretStr
    """PEM, RSA."""
    domain: str | None = None
    """Left out: the address's own."""


class Config(ChannelConfig):
    """One email address: `smtp` to answer, `imap` or the webhook to be written to."""

    type: Literal["email"] = "email"
    address: str
    """The address customers write to, and our From."""
    display_name: str | None = None
    subject: str = "Pesan untuk Anda"
    """The subject of mail that answers none."""
    smtp: Smtp
    imap: Imap | None = None
    dkim: Dkim | None = None
    other_secret: SecretStr | None = None
    """While `secret` is being changed: the old one; accepted, never used anew."""
    plus_addresses: bool = True
    """Answers come to address+token@domain. False if the mail server does not deliver those."""
    authserv_id: str | None = None
    """Our mail server's name in Authentication-Results. Without it nobody is verified."""
    trusted_networks: tuple[str, ...] = ()
    """Networks of our own servers between the border and the mailbox, such as 10.0.0.0/8."""
    results_below_received: bool = False
    """True for Gmail and Google Workspace, which write their results below their Received."""

    @field_validator("address")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,30}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", value):
            raise ValueError("should be an address such as halo@toko-sinar.example, without a plus")
        return value.lower()

    @field_validator("display_name", "subject")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        if value is not None and re.search(r"[\x00-\x1f\x7f]", value):
            raise ValueError("should be one line")
        return value

    @field_validator("trusted_networks")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            ipaddress.ip_network(each)
        return value

    def claims(self) -> Sequence[str]:
        """Two that read one mailbox would answer each mail twice."""
        box = self.imap and f"mailbox {self.imap.username} {self.imap.folder} on {self.imap.host}"
        return (f"address {self.address}", *([box] if box else []))

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def secrets(self) -> tuple[str, ...]:
        """The secrets the webhook and our tokens are made with, the current one first."""
        both = (self.secret, self.other_secret)
        return tuple(each.get_secret_value() for each in both if each is not None) or ("",)

    def border(self) -> Border | None:
        """Whose Authentication-Results are believed; None if nobody's."""
        if not self.authserv_id:
            return None
        networks = tuple(ipaddress.ip_network(each) for each in self.trusted_networks)
        return Border(self.authserv_id, networks, self.results_below_received)
