"""E-mail by SMTP: encrypted unless the settings say otherwise in so many words."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from demandctl.notify.channels import LOOPBACK, Channel
from demandctl.notify.keys import resolve, scrubbed
from demandctl.notify.message import Accepted, Failed, Limit, Message

if TYPE_CHECKING:
    import smtplib
    from email.message import EmailMessage


class Mail:
    """One mail a digest to everybody of the channel."""

    limit: Limit | None = None
    file_over: int | None = None

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.password, _ = resolve(channel)

    def prepared(self, text: str) -> str:
        """Plain text has no markup."""
        return text

    def send(self, message: Message) -> Accepted:
        """Send one mail; who was refused while others were not is a complaint."""
        import smtplib
        import ssl

        host = self.channel.host
        try:
            server = self._connected()
            try:
                self._log_in(server)
                refused = server.send_message(self._mail(message))
                with suppress(OSError, smtplib.SMTPException):  # it has the mail: a poor goodbye changes nothing
                    server.quit()
            finally:
                server.close()
        except smtplib.SMTPAuthenticationError:
            raise Failed(f"{host} 不接受用户名或密码") from None
        except smtplib.SMTPNotSupportedError:
            raise Failed(f"{host} 不支持 STARTTLS 或登录；没有发送，密码也没有发出") from None
        except smtplib.SMTPRecipientsRefused:
            raise Failed(f"{host} 拒收全部收件人") from None
        except smtplib.SMTPResponseException as error:
            said = (
                error.smtp_error if isinstance(error.smtp_error, str) else error.smtp_error.decode("utf-8", "replace")
            )
            raise Failed(f"{host} 没有收下（{error.smtp_code}）：{self._clean(said)}", refused=True) from None
        except TimeoutError:
            raise self._too_slow() from None
        except ssl.SSLError:
            raise Failed(f"{host} 的加密连接建立不了（证书或协议不对）") from None
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            if isinstance(error.__context__, TimeoutError):
                raise self._too_slow() from None
            raise Failed(f"连不上 {host}:{self.channel.port}，或连接断了") from None
        complaint = f"{host} 拒收：{'、'.join(refused)}" if refused else ""
        return Accepted("ok", self._clean(complaint))

    def send_file(self, name: str, text: str) -> Accepted:
        """A mail has no limit that would call for a file."""
        raise Failed("邮件不分文件")

    def close(self) -> None:
        """Each mail closes its own connection."""

    def _connected(self) -> smtplib.SMTP:
        import smtplib
        import ssl

        channel = self.channel
        if channel.tls == "ssl":
            secure = ssl.create_default_context()
            return smtplib.SMTP_SSL(channel.host, channel.port, timeout=channel.timeout, context=secure)
        server = smtplib.SMTP(channel.host, channel.port, timeout=channel.timeout)
        if channel.tls == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        if not self.channel.user:
            return
        clear = self.channel.tls == "none"
        if clear and self.channel.host not in LOOPBACK and not self.channel.insecure:
            raise Failed("不加密就不发密码")
        server.login(self.channel.user, self.password)

    def _mail(self, message: Message) -> EmailMessage:
        from email.message import EmailMessage
        from email.utils import formatdate, make_msgid

        mail = EmailMessage()
        mail["Subject"] = message.title
        mail["From"] = self.channel.sender
        mail["To"] = ", ".join(self.channel.to)
        mail["Date"] = formatdate(localtime=True)
        mail["Message-ID"] = make_msgid(domain=self.channel.sender.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"  # holiday replies stay away
        mail.set_content(message.text + "\n", cte="base64")
        return mail

    def _too_slow(self) -> Failed:
        return Failed(f"{self.channel.host} 没有在 {self.channel.timeout:g} 秒内回答")

    def _clean(self, text: str) -> str:
        return scrubbed(text, (self.password, f"\0{self.channel.user}\0{self.password}" if self.password else ""))
