"""What a shell and the program say to each other while Tab is pressed.

The shell calls the program with ``_DEMANDCTL_COMPLETE`` set to its name and the words so far as arguments, raw; the
program answers a line for each candidate, value and description with a tab between. What customers wrote is among them,
so whatever a shell puts on the command line is quoted for it: zsh and fish quote by themselves, bash does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

COMPLETING = "_DEMANDCTL_COMPLETE"
"""What a shell sets in the environment while it asks what may follow."""

SHELLS = ("bash", "zsh", "fish")

_BARE = re.compile(r"[^\w./·,@%+=:-]")
"""What bash needs a backslash before."""
_SPECIAL = {"'": "'", '"': '"$`\\!'}
"""What cannot stand between open quotes."""
_WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F) if not chr(code).isalnum()})
"""Signs that a shell acts upon, to signs that only look like them."""


def plain(word: str) -> tuple[str, str]:
    """A word of the command line without its quoting, and the quote that it leaves open."""
    text, quote, escaped = "", "", False
    for char in word:
        if escaped:
            text, escaped = text + char, False
        elif char == "\\" and quote != "'":
            escaped = True
        elif char in "'\"" and quote in ("", char):
            quote = "" if quote else char
        else:
            text += char
    return text, quote


def lines(shell: str, found: Iterable[tuple[str, str]], quote: str = "") -> Iterator[str]:
    """The answer to a shell; *quote* stands open before the word that is completed.

    bash may put a part of a line on the command line, its description too, and may run it then: what stands there needs
    to be harmless.
    """
    for value, about in found:
        if shell == "bash":
            if quote and set(_SPECIAL[quote]).intersection(value):
                continue
            value = value if quote else _BARE.sub(lambda sign: "\\" + sign[0], value)
            about = about.translate(_WIDE)
        yield f"{value}\t{about}" if about else value


BASH = """\
# demandctl 的补全。编号旁边显示客户姓名。
_demandctl() {
    local line
    local -a lines=()
    while IFS= read -r line; do lines+=("$line"); done < <(
        %(variable)s=bash "$1" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    COMPREPLY=()
    for line in "${lines[@]+"${lines[@]}"}"; do
        case "${#lines[@]}:${COMP_TYPE-}" in
            1:*) COMPREPLY=("${line%%%%$'\\t'*}") ;;
            *:33 | *:63 | *:64) COMPREPLY+=("${line//$'\\t'/  }") ;;
            *) COMPREPLY+=("${line%%%%$'\\t'*}") ;;
        esac
    done
}
complete -o default -o nosort -F _demandctl demandctl 2>/dev/null || complete -o default -F _demandctl demandctl
"""

ZSH = """\
#compdef demandctl
# demandctl 的补全。编号旁边显示客户姓名。
_demandctl() {
    local line
    local -a values labels
    for line in "${(@f)$(%(variable)s=zsh ${(Q)words[1]} "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ -z $line ]] && continue
        values+=("${line%%%%$'\\t'*}")
        labels+=("${line//$'\\t'/  }")
    done
    if (( $#values )); then
        compadd -V demandctl -l -d labels -a values
    else
        _files
    fi
}
if [[ $funcstack[1] == _demandctl ]]; then
    _demandctl "$@"
else
    compdef _demandctl demandctl
fi
"""

FISH = """\
# demandctl 的补全。编号旁边显示客户姓名。
function __demandctl_some
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -g __demandctl_found (env %(variable)s=fish $program $words (commandline -ct) 2>/dev/null)
    test (count $__demandctl_found) -gt 0
end
complete -c demandctl -n __demandctl_some -f -k -a '$__demandctl_found'
"""

SCRIPTS = {name: text % {"variable": COMPLETING} for name, text in zip(SHELLS, (BASH, ZSH, FISH), strict=True)}
