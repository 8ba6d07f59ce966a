"""The proxy that the surroundings name for an address, and which variable named one that cannot be used."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

_SPOKEN = ("http", "https")
_SOCKS = ("socks5", "socks5h")


class Unusable(Exception):
    """A proxy that cannot be spoken to; ``str(error)`` names the variable, ``advice`` the ways out."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.advice = advice


def proxy_for(url: str) -> str | None:
    """The proxy that requests to an address go through; None: straight. Unusable names the variable that is wrong."""
    named = _named(url)
    if named is None:
        return None
    variable, proxy = named
    try:
        parts = urlsplit(proxy)
        kind, whole = parts.scheme.lower(), bool(parts.hostname) and parts.port != 0
    except ValueError:
        kind, whole = "", False
    straight = f"不走代理就在环境变量 NO_PROXY 里写上 {urlsplit(url).hostname}"
    if kind in _SOCKS and not _speaks_socks():
        raise Unusable(
            f"{variable} 里的代理是 {kind}，要另装支持才能用",
            f"装上：pip install 'demandctl[socks]'；或改用 http:// 的代理；{straight}",
        )
    if not whole or kind not in (*_SPOKEN, *_SOCKS):
        raise Unusable(f"{variable} 里的代理用不了（{kind or '不是网址'}）", f"应是 http://主机:端口；{straight}")
    return proxy


def told(url: str) -> str:
    """Which variable sends requests to an address through a proxy, as a clause; empty where none does."""
    named = _named(url)
    return f"经过 {named[0]} 里的代理；" if named else ""


def _named(url: str) -> tuple[str, str] | None:
    """Where the proxy for an address stands, and the proxy."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    found = getproxies()
    for name in (parts.scheme, "all"):
        if proxy := found.get(name):
            written = next((v for v in (f"{name}_proxy", f"{name.upper()}_PROXY") if os.environ.get(v)), "")
            variable = f"环境变量 {written}" if written else "系统设置"
            return variable, proxy if "://" in proxy else f"http://{proxy}"
    return None


def _speaks_socks() -> bool:
    from importlib.util import find_spec

    return find_spec("socksio") is not None
