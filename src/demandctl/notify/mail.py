"""E-mail by SMTP: encrypted unless the settings say otherwise in so many words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from demandctl.notify import settings
from demandctl.notify.channel import LOOPBACK, NoticeChannel, Talk
from demandctl.notify.limits import within
from demandctl.notify.message import Accepted, Failed, Letter

if TYPE_CHECKING:
    import smtplib
    from email.message import EmailMessage

PORTS = {"starttls": 587, "ssl": 465, "none": 25}
_ADDRESS = re.compile(r"[!#-'*+\-/-9=?A-Z^-~.]+@[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?(?:\.[0-9A-Za-z-]+)*")
"""A plain address: no name before it, no quotes, a domain that is not empty."""


@dataclass(kw_only=True, eq=False)
class Mail(NoticeChannel):
    """One mail a digest to everybody of the channel; ``timeout`` is for the whole of it."""

    type: ClassVar[str] = "mail"

    timeout: float = settings.seconds(60.0)
    host: str = settings.text(needed=True)
    port: int = settings.number(0, 1, 65535)
    tls: str = settings.choice("starttls", tuple(PORTS))
    insecure: bool = settings.flag(False)
    user: str = settings.text()
    key_env: str = settings.variable()
    key_file: str = settings.file()
    sender: str = settings.text(key="from", needed=True)
    to: tuple[str, ...] = settings.texts(needed=True)

    password: str = field(default="", repr=False)

    def problems(self) -> Iterator[tuple[str, str]]:
        """An address that is none, a password without its user, or one that would go in the clear."""
        for key, addresses in (("from", (self.sender,)), ("to", self.to)):
            for address in addresses:
                if not _ADDRESS.fullmatch(address):
                    yield key, f"“{address}”不是邮件地址"
        if self.key_env and self.key_file:
            yield "key_env", "key_env 和 key_file 只能写一个"
        has_key = bool(self.key_env or self.key_file)
        if has_key != bool(self.user):
            yield "user" if has_key else "key_env", "用户名 user 和密码（key_env 或 key_file）要一起写"
        if has_key and self.tls == "none" and self.host not in LOOPBACK and not self.insecure:
            yield "tls", '不加密就不发密码；请用 "starttls" 或 "ssl"，确实要这样就写明 insecure = true'

    @property
    def where(self) -> str:
        """The server."""
        return self.host

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password, alone and as it goes over the line."""
        return (self.password, f"\0{self.user}\0{self.password}" if self.password else "")

    def open(self, talk: Talk) -> None:
        """Take the password out of where it is kept."""
        self.password = self.secret(self.key_env, self.key_file)

    def send(self, letter: Letter) -> Accepted:
        """Send one mail; who was refused while others were not is a complaint."""
        import smtplib
        import ssl

        mail = self._mail(letter)
        open_: list[smtplib.SMTP] = []
        try:
            refused = within(self.timeout, lambda: self._handed_over(mail, open_))
        except smtplib.SMTPAuthenticationError:
            advice = "看看 user 和密码；多数邮箱要用单独的“授权码”，不是登录密码"
            raise Failed(f"{self.host} 不接受用户名或密码", advice=advice) from None
        except smtplib.SMTPNotSupportedError:
            advice = f'按邮箱的说明改 tls（现在是 "{self.tls}"）'
            raise Failed(f"{self.host} 不支持 STARTTLS 或登录；没有发送，密码也没有发出", advice=advice) from None
        except smtplib.SMTPRecipientsRefused:
            raise Failed(f"{self.host} 拒收全部收件人", advice="看看 to 里的地址；有的邮箱只许发给自己单位") from None
        except smtplib.SMTPResponseException as error:
            said = error.smtp_error
            text = said if isinstance(said, str) else said.decode("utf-8", "replace")
            raise Failed(f"{self.host} 没有收下（{error.smtp_code}）：{self.clean(text)}", refused=True) from None
        except TimeoutError:
            advice = "看看 host 和 port；要等更久就把 timeout 加大"
            raise Failed(f"{self.host} 没有在 {self.timeout:g} 秒内收完", advice=advice) from None
        except ssl.SSLError:
            advice = f'看看 tls（现在是 "{self.tls}"）和 port（现在是 {self._port}）配不配'
            raise Failed(f"{self.host} 的加密连接建立不了（证书或协议不对）", advice=advice) from None
        except (smtplib.SMTPException, OSError, UnicodeError):
            advice = "看看 host 和 port，能不能上网"
            raise Failed(f"连不上 {self.host}:{self._port}，或连接断了", advice=advice) from None
        finally:
            for server in open_:
                _cut_off(server)
        complaint = f"{self.host} 拒收：{'、'.join(refused)}" if refused else ""
        return Accepted("ok", self.clean(complaint))

    @property
    def _port(self) -> int:
        return self.port or PORTS[self.tls]

    def _handed_over(self, mail: EmailMessage, open_: list[smtplib.SMTP]) -> dict[str, tuple[int, bytes]]:
        import smtplib
        import ssl

        with closing(self._connected()) as server:
            open_.append(server)
            if self.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            refused = server.send_message(mail)
            with suppress(OSError, smtplib.SMTPException):  # it has the mail: a poor goodbye changes nothing
                server.quit()
            return refused

    def _connected(self) -> smtplib.SMTP:
        import smtplib
        import ssl

        each = 2 * self.timeout  # of one answer: whoever waits for the whole gives up before, and says so
        if self.tls == "ssl":
            secure = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self._port, timeout=each, context=secure)
        return smtplib.SMTP(self.host, self._port, timeout=each)

    def _mail(self, letter: Letter) -> EmailMessage:
        from email.message import EmailMessage
        from email.utils import formatdate, make_msgid

        mail = EmailMessage()
        mail["Subject"] = letter.title
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.to)
        mail["Date"] = formatdate(localtime=True)
        mail["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"  # holiday replies stay away
        mail.set_content(letter.text + "\n", cte="base64")
        return mail


def _cut_off(server: smtplib.SMTP) -> None:
    """End a connection under a delivery that was given up; closing it would wait for what that still reads."""
    from socket import SHUT_RDWR

    with suppress(OSError, ValueError):
        if server.sock:
            server.sock.shutdown(SHUT_RDWR)
