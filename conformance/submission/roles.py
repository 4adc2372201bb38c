"""What a program does, as far as its text tells: which exercise a `server.py` or a `tcp_client.c` is."""

import re
from itertools import islice
from typing import Final, NamedTuple

from conformance.catalogue import ExerciseKind, TransportName, catalogue
from conformance.submission.names import Side

LARGEST_SOURCE_READ: Final = 1 << 17
NAMES_LOOKED_FOR: Final = 20
# No end of a comment or of a text is looked for twice, and no text is followed far: hostile sources are read as fast.
COMMENTS: Final = re.compile(
    r"""\"{3}(?:.*?\"{3}|.*)|'{3}(?:.*?'{3}|.*)"""
    r"""|(?P<text>"(?:(?:\\.|[^"\\\n]){0,300}+"|(?:\\.|[^"\\\n]){300})"""
    r"""|'(?:(?:\\.|[^'\\\n]){0,300}+'|(?:\\.|[^'\\\n]){300}))"""
    r"""|/\*(?:.*?\*/|.*)|//[^\n]*|(?<![\w])\#(?!\s*(?:include|if|else|elif|endif|define|pragma)\b)[^\n]*""",
    re.DOTALL,
)
INCLUDES: Final = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]{1,100})[>"]', re.MULTILINE)
WINDOWS_HEADER_NAMES: Final = frozenset({"winsock2.h", "winsock.h", "ws2tcpip.h", "windows.h", "stdafx.h"})
POSIX_HEADERS: Final = frozenset({"sys/socket.h", "netinet/in.h", "arpa/inet.h", "unistd.h", "netdb.h"})
OURS: Final = r"(?<!stdout)(?<!stdout\(\))(?<!cout)(?<!cerr)(?<!stderr)(?<!Stdout)(?<!System\.out)(?<!System\.err)"
# What the text of a program shows, in C, C++, Python, JavaScript, Java, Go and Rust. A pattern may miss: then the
# program is not taken, and that is said.
SIGNS: Final = {
    "accepts": r"\b(?:accept4?|listen|WSAAccept|createServer|create_server|start_server)\s*\("
    r"|\bServerSocket(?:Channel)?\b|\bTcpListener\b|\bnet\.Listen|\bsocketserver\b",
    "connects": r"\b(?:connect|connect_ex|WSAConnect|createConnection|create_connection|open_connection)\s*\("
    r"|\bnew\s+(?:net\.)?Socket\s*\(|\bTcpStream::connect|\bnet\.Dial|\bSocketChannel\.open",
    "receives": r"\b(?:recv|recvfrom|recvmsg|read|readv|WSARecv|fgets|fgetc|getc|fread|getline|splice)\s*\("
    r"|\.[rR]e(?:ad|cv)\w*\s*\(|getInputStream|\bon\s*\(\s*['\"]data['\"]|\.pipe\s*\(|\bio\.Copy|\bbufio\b|\.lines\s*\(|\bmakefile\b"
    r"|\bdef\s+data_received\b",
    "sends": r"\b(?:send|sendto|sendmsg|WSASend|fdopen)\s*\(|(?<![\w.])write\s*\((?!\s*(?:1|2|STD\w+)\s*,)"
    rf"|{OURS}\.(?:[wW]rite\w*|[sS]end\w*|end|print\w*|pipe)\s*\(|getOutputStream|\bFprint\w*\((?!os\.)|\bio\.Copy"
    r"|\bwriteln?!\s*\(",
    "typed": r"\bstdin\b|\bSTDIN_FILENO\b|\bscanf\s*\(|\bgets(?:_s)?\s*\(|\bgetchar\s*\(|(?<![\w.])(?:raw_)?input\s*\("
    r"|\bSystem\.in\b|\bos\.Stdin\b|\bcin\b|(?<![\w.])read\s*\(\s*0\s*,|\breadline\b",
    "files": r"\bfopen\s*\(|(?<![\w.])open\s*\(|\bos\.open\s*\(|createReadStream|\breadFile|\bFiles\.|\bFile::"
    r"|\bFile(?:Input|Output)Stream\b"
    r"|\bos\.(?:Open|Create|ReadFile)\b|\b[io]?fstream\b",
    "datagrams": r"\bSOCK_DGRAM\b|\bDatagram(?:Socket|Packet|Channel)\b|\bdgram\b|\bUdpSocket\b|\bListenUDP\b|['\"]udp",
    "encrypted": r"\bSSL_(?:new|accept|connect|read|write)\w*\s*\(|\bimport\s+ssl\b|\bjavax\.net\.ssl\b|\"crypto/tls\""
    r"|\brequire\s*\(\s*['\"](?:node:)?tls['\"]|\bfrom\s+['\"](?:node:)?tls['\"]",
    "other": r"(?i:\bchat|broadcast|HTTP/|nickname|user_?name|passw|operand|opsum|calculat)",
}
COMPILED: Final = {name: re.compile(pattern) for name, pattern in SIGNS.items()}
RECEIVING_CALL: Final = re.compile(
    r"\b(?:recv|read|WSARecv|Read|read_exact|read_until|read_line|read_to_end)"
    r"\s*\(\s*(?:[^,()]+,\s*)?&?(?:mut\s+)?(\w+)"
    r"|\b(\w+)\s*(?:,\s*\w+\s*)?:?=\s*(?:\(?await\s+)?[\w.]+\.(?:recv|read|readline|readLine|ReadString|ReadBytes)\s*\("
    r"|\bon\s*\(\s*['\"]data['\"]\s*,\s*(?:function\s*)?\(?\s*(\w+)"
    r"|\bdef\s+data_received\s*\(\s*\w+\s*,\s*(\w+)"
)
"""Where a name gets what was received."""
PASSES_DATA_ON: Final = re.compile(r"\bio\.Copy|\.pipe\s*\(")


class RoleFeatures(NamedTuple):
    """What an exercise's program shows, and what it does not."""

    kind: ExerciseKind
    has: frozenset[str]
    lacks: frozenset[str]


OTHER_PURPOSES: Final = frozenset({"files", "datagrams", "other"})
ROLES: Final = (
    RoleFeatures(ExerciseKind("echo", "server"), frozenset({"accepts", "returns"}), OTHER_PURPOSES),
    RoleFeatures(ExerciseKind("greeting", "server"), frozenset({"accepts", "sends"}), OTHER_PURPOSES | {"receives"}),
    RoleFeatures(
        ExerciseKind("echo", "client"), frozenset({"connects", "typed", "sends"}), OTHER_PURPOSES | {"accepts"}
    ),
    RoleFeatures(
        ExerciseKind("greeting", "client"),
        frozenset({"connects", "receives"}),
        OTHER_PURPOSES | {"accepts", "typed", "sends"},
    ),
)


def exercise_of(side: Side, source: bytes) -> str | None:
    """Return the exercise of a program of one side, or None where its text does not tell."""
    found = signs(source)
    kinds = (one.kind for one in ROLES if one.kind.role == side and one.has <= found and not one.lacks & found)
    kind = next(kinds, None)
    transport: TransportName = "tls" if "encrypted" in found else "tcp"
    return None if kind is None else catalogue().first_of(kind, transport=transport)


def signs(source: bytes) -> frozenset[str]:
    """Return what the text of a program shows."""
    text = COMMENTS.sub(lambda found: found["text"] or " ", source[:LARGEST_SOURCE_READ].decode("utf-8", "replace"))
    found = {name for name, pattern in COMPILED.items() if pattern.search(text)}
    return frozenset(found | {"returns"} if _returns(text) else found)


def _returns(text: str) -> bool:
    """Tell whether what is received is sent: by a name in both places, or as a whole."""
    if PASSES_DATA_ON.search(text):
        return True
    found = islice(RECEIVING_CALL.finditer(text), NAMES_LOOKED_FOR)
    names = {next(filter(None, one.groups())) for one in found}
    sending = rf"(?:(?<![.\w])\w*(?:[sS]end|[wW]rite|[eE]cho)\w*!?|{OURS}\.(?:[wW]rite\w*|send\w*|print\w*|end))"
    return any(re.search(rf"{sending}\s*\([^;\n]*\b{re.escape(name)}\b", text) for name in names)


def is_for_windows(source: bytes) -> bool:
    """Tell whether a program in C or C++ is written for Winsock: it includes its headers, and none of POSIX's."""
    text = COMMENTS.sub(lambda found: found["text"] or " ", source[:LARGEST_SOURCE_READ].decode("utf-8", "replace"))
    names = {name.lower().replace("\\", "/") for name in INCLUDES.findall(text)}
    return bool(names & WINDOWS_HEADER_NAMES) and not names & POSIX_HEADERS
