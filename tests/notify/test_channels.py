"""The senders, each against a strict server of its make on loopback."""

import re
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from demandctl.config import Config
from demandctl.errors import UsageError
from demandctl.notify import channels
from demandctl.notify.channel import NoticeChannel
from demandctl.notify.message import Failed, Letter
from demandctl.notify.robot import Pace, Robot
from tests.support.cli import ROOT
from tests.support.robots import KEY, SECRET, Robots

PASSWORD = "pa55-w0rd+/="
SOON = (0.05,) * 60
"""A patience for tests: many short waits."""


@pytest.fixture
def robots(monkeypatch: pytest.MonkeyPatch) -> Iterator[Robots]:
    """The robots, listening, and their keys in the environment."""
    monkeypatch.setenv("TEST_KEY", KEY)
    monkeypatch.setenv("TEST_SECRET", SECRET)
    made = Robots()
    yield made
    made.close()


def quiet(_: str) -> None:
    """Nobody listens."""


def channel(**values: Any) -> NoticeChannel:
    """A channel out of its settings."""
    table = {"name": "渠道", "timeout": 5, **values}
    return channels.read(Config(Path("/nowhere/config.toml"), {"notify": {"channels": [table]}})).channels[0]


def opened(**values: Any) -> Any:
    """The same, ready to send; a robot with a short patience."""
    made = channel(**values)
    if isinstance(made, Robot):
        made.patience = SOON
    made.open(quiet)
    return made


def robot(kind: str, robots: Robots, **more: Any) -> Any:
    """An open channel to one of the robots, signed where its make wants that."""
    signed = {} if kind == "wecom" else {"secret_env": "TEST_SECRET"}
    return opened(type=kind, url=getattr(robots, kind), key_env="TEST_KEY", **signed | more)


# -- signatures ------------------------------------------------------------------------------------------------------


def test_dingtalk_takes_our_signature_whatever_the_ledgers_clock(
    robots: Robots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMANDCTL_NOW", "2020-01-01T00:00:00+08:00")
    sender = robot("dingtalk", robots)
    for number in range(20):  # enough that a + or a / stands in one of the signatures
        assert sender.send(Letter(f"第{number}条", ("13800000121",))).answer == "ok"
    sender.close()
    assert robots.accepted[0] == {"kind": "text", "said": "第0条", "mentioned": ["13800000121"]}


def test_feishu_takes_our_signature_whatever_the_ledgers_clock(robots: Robots, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMANDCTL_NOW", "2020-01-01T00:00:00+08:00")
    sender = robot("feishu", robots)
    assert sender.send(Letter(sender.prepared('<at user_id="all">所有人</at>'))).answer == "success"
    sender.close()
    assert robots.texts == ['＜at user_id="all"＞所有人＜/at＞']


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_wrong_secret_is_told_in_the_robots_words_and_what_to_do_in_ours(
    robots: Robots, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("TEST_SECRET", "SECwrong")
    sender = robot(kind, robots)
    with pytest.raises(Failed, match="sign") as told:
        sender.send(Letter("喂"))
    assert "secret_env" in told.value.advice
    sender.close()


@pytest.mark.parametrize(
    ("kind", "more"), [("wecom", {}), ("wecom", {"mention": False}), ("dingtalk", {}), ("feishu", {})]
)
def test_the_longest_text_a_sender_allows_is_taken(robots: Robots, kind: str, more: dict[str, Any]) -> None:
    sender = robot(kind, robots, **more)
    for piece in ("汉", '"', "\n", "😀", "a"):
        text = piece
        while sender.limit.fits(text * 2):
            text *= 2
        while sender.limit.fits(text + piece):
            text += piece
        assert sender.send(Letter(text, tuple(f"138{n:08d}" for n in range(250)))).answer
    sender.close()
    assert len(robots.accepted) == 5


# -- pace ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_a_robot_that_says_too_fast_is_waited_for(robots: Robots, kind: str) -> None:
    robots.rate = (2, 0.4)
    sender = robot(kind, robots)
    for number in range(5):
        sender.send(Letter(str(number)))
    sender.close()
    assert robots.texts == list("01234")
    assert robots.turned_away


def test_a_robot_that_stays_too_fast_is_given_up(robots: Robots) -> None:
    robots.rate = (0, 60)
    sender = robot("wecom", robots)
    sender.patience = (0.01, 0.01)
    with pytest.raises(Failed, match="45009"):
        sender.send(Letter("喂"))
    sender.close()
    assert robots.turned_away == 3


def test_our_own_pace_keeps_a_strict_robot_from_turning_us_away(robots: Robots) -> None:
    robots.rate = (3, 0.3)
    sender = robot("wecom", robots)
    sender._paces[:] = [Pace(3, 0.3)]
    for number in range(10):
        sender.send(Letter(str(number)))
    sender.close()
    assert len(robots.accepted) == 10
    assert not robots.turned_away


def test_two_channels_of_one_robot_share_its_pace(robots: Robots) -> None:
    first, second = robot("wecom", robots), robot("wecom", robots, name="另一个")
    assert first._paces is second._paces
    assert first._paces is not robot("dingtalk", robots)._paces


# -- files -----------------------------------------------------------------------------------------------------------


def test_a_file_is_uploaded_and_sent(robots: Robots) -> None:
    sender = robot("wecom", robots)
    sender.send_file("需求提醒.txt", "第一行\n第二行".encode())
    sender.close()
    assert robots.accepted == [{"kind": "file", "said": "第一行\n第二行", "mentioned": []}]


PNG = b"\x89PNG\r\n\x1a\n" + bytes(4000)


def test_a_picture_goes_inside_its_message(robots: Robots) -> None:
    sender = robot("wecom", robots)
    sender.send_image(PNG)
    sender.send_image(b"\xff\xd8\xff" + bytes(2 * 2**20 - 3))
    assert [message["kind"] for message in robots.accepted] == ["image", "image"]
    for content, reason in ((b"GIF89a" + bytes(10), "PNG 或 JPG"), (PNG + bytes(2 * 2**20), "最多 2 MB")):
        with pytest.raises(Failed, match=reason):
            sender.send_image(content)
    sender.close()
    assert robots.requests == 2


def test_a_file_that_the_robot_would_refuse_is_not_uploaded(robots: Robots) -> None:
    sender = robot("wecom", robots)
    for content in (b"12345", bytes(20 * 2**20 + 1)):
        with pytest.raises(Failed, match="20 MB"):
            sender.send_file("表.xlsx", content)
    with pytest.raises(Failed, match="不能发文件"):
        robot("dingtalk", robots).send_file("表.xlsx", b"123456")
    assert not robots.requests


# -- failures --------------------------------------------------------------------------------------------------------


def test_a_failure_never_shows_the_key_or_the_address(robots: Robots) -> None:
    sender = robot("wecom", robots, timeout=0.2)
    for fault in ("500", "drop", "half", "refuse", "redirect", "html", "slow"):
        robots.faults.append(fault)
        with pytest.raises(Failed) as told:
            sender.send(Letter("喂"))
        assert KEY not in repr(told.value)
        assert "webhook/send" not in repr(told.value)
        assert told.value.__cause__ is None
    robots.go_on.set()
    sender.close()


def test_a_proxy_that_makes_no_sense_is_a_failure_not_a_crash(robots: Robots, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "carrier-pigeon://coop")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    sender = robot("wecom", robots)
    with pytest.raises(Failed, match="代理"):
        sender.send(Letter("喂"))
    sender.close()


def test_a_key_that_is_no_key_is_refused(robots: Robots, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("", "  ", "密钥", "a\nb"):
        monkeypatch.setenv("TEST_KEY", value)
        with pytest.raises(Failed, match="TEST_KEY"):
            robot("wecom", robots)


# -- mail ------------------------------------------------------------------------------------------------------------


class Post:
    """A mail server's memory; ``answer`` is what it says to a mail, ``refused`` whom it does not know."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.answer = "250 OK"
        self.refused = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        """Take an address, or not."""
        if address == self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        """Take a mail, or not."""
        if self.answer.startswith("250"):
            self.mails.append(envelope)
        return self.answer

    def check(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Take the one password."""
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Post, int]]:
    """A mail server on loopback that wants a login and knows no TLS."""
    monkeypatch.setenv("TEST_PASSWORD", PASSWORD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    memory = Post()
    controller = Controller(
        memory,
        hostname="127.0.0.1",
        port=port,
        server_hostname="localhost",
        authenticator=memory.check,
        auth_require_tls=False,
    )
    controller.start()
    yield memory, port
    controller.stop()


def letter(port: int, **more: Any) -> Any:
    """A mail channel."""
    values = {"host": "127.0.0.1", "port": port, "tls": "none", "user": "demand", "key_env": "TEST_PASSWORD"}
    return opened(
        type="mail", **values | {"from": "demand@example.com", "to": ["a@example.com", "b@example.com"]} | more
    )


def test_a_mail_goes_to_everybody_of_the_channel(post: tuple[Post, int]) -> None:
    memory, port = post
    assert letter(port).send(Letter("臂架下不来了\n.点开头的行", (), "需求提醒：已超时 1 条")).complaint == ""
    (mail,) = memory.mails
    assert mail.rcpt_tos == ["a@example.com", "b@example.com"]
    from email import message_from_bytes, policy

    read = message_from_bytes(mail.content or b"", policy=policy.default)  # type: ignore[arg-type]
    assert read["Subject"] == "需求提醒：已超时 1 条"
    assert read.get_content().splitlines() == ["臂架下不来了", ".点开头的行"]
    assert memory.logins == [(b"demand", PASSWORD.encode())]


def test_a_wrong_password_and_a_refused_mail_are_failures(
    post: tuple[Post, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    memory, port = post
    memory.answer = f"554 spam {PASSWORD}"
    with pytest.raises(Failed, match=r"554.*spam \*\*\*"):
        letter(port).send(Letter("喂", (), "t"))
    monkeypatch.setenv("TEST_PASSWORD", "wrong")
    with pytest.raises(Failed, match="不接受用户名或密码"):
        letter(port).send(Letter("喂", (), "t"))
    assert not memory.mails


def test_who_is_refused_while_others_are_not_is_a_complaint(post: tuple[Post, int]) -> None:
    memory, port = post
    memory.refused = "b@example.com"
    assert "b@example.com" in letter(port).send(Letter("喂", (), "t")).complaint
    memory.refused = "a@example.com"
    with pytest.raises(Failed, match="全部收件人"):
        letter(port, to=["a@example.com"]).send(Letter("喂", (), "t"))


def test_a_server_without_tls_never_sees_the_password(post: tuple[Post, int]) -> None:
    memory, port = post
    with pytest.raises(Failed, match="STARTTLS"):
        letter(port, tls="starttls").send(Letter("喂", (), "t"))
    with pytest.raises(Failed, match="加密连接"):
        letter(port, tls="ssl").send(Letter("喂", (), "t"))
    assert not memory.logins
    assert not memory.mails


def test_a_password_in_the_clear_to_another_machine_needs_to_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_PASSWORD", PASSWORD)
    with pytest.raises(UsageError, match="tls"):
        letter(25, host="mail.example.com")
    assert letter(25, host="mail.example.com", insecure=True).insecure
    assert letter(25, host="mail.example.com", tls="ssl").tls == "ssl"


def test_a_mail_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_PASSWORD", PASSWORD)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(Failed, match=r"没有在 2 秒内收完"):
            letter(silent.getsockname()[1], timeout=2).send(Letter("喂", (), "t"))
    with pytest.raises(Failed, match="连不上"):
        letter(9).send(Letter("喂", (), "t"))


# -- a local command -------------------------------------------------------------------------------------------------


def test_a_command_gets_the_digest_on_its_stdin_and_no_shell_reads_it(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    made: Any = channel(type="command", command=["tee", str(out), "$(touch /tmp/never)"])
    command = opened(type="command", command=["sh", "-c", f"cat > {out}"])
    command.send(Letter("“$(reboot)”；`id`"))
    assert out.read_text(encoding="utf-8") == "“$(reboot)”；`id`\n"
    assert made.argv[2] == "$(touch /tmp/never)"


@pytest.mark.parametrize(
    ("argv", "reason"),
    [(["false"], "退出码 1"), (["no-such-command"], "运行不了"), (["sleep", "20"], "没有在 0.2 秒内结束")],
)
def test_a_command_that_fails_is_a_failure(argv: list[str], reason: str) -> None:
    with pytest.raises(Failed, match=reason):
        opened(type="command", command=argv, timeout=0.2).send(Letter("喂"))


# -- the documents ---------------------------------------------------------------------------------------------------


def test_every_example_of_the_documents_is_taken() -> None:
    text = (ROOT / "docs" / "notifying.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    kinds = set()
    for block in blocks:
        kinds |= {one.type for one in channels.read(Config(Path("c.toml"), tomllib.loads(block))).channels}
    assert kinds == {"wecom", "dingtalk", "feishu", "mail", "command"}
