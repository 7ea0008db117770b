"""A lexer for calendars and cards that shares no code with ours: what a file says, as a multiset of lines."""

import quopri
import re
from collections import Counter
from typing import NamedTuple

CP1252 = [bytes([code]).decode("cp1252") if code not in b"\x81\x8d\x8f\x90\x9d" else chr(code) for code in range(256)]
HEAD = re.compile(r'(?:([A-Za-z0-9-]+)\.)?([^:;"]+?)((?:;(?:[^":;]|"[^"]*")*)*)\s*:(.*)', re.DOTALL)
WORDS = re.compile(r"[^\s-]\s+[^\s-]")
PIECE = re.compile(r';((?:[^";]|"[^"]*")*)')
VALUE = re.compile(r'((?:[^",]|"[^"]*")*)(?:,|$)')
CARET = {"^n": "\n", "^'": '"', "^^": "^"}
ESCAPE = {r"\n": "\n", r"\N": "\n", r"\,": ",", r"\;": ";", r"\:": ":", r"\\": "\\"}


class Line(NamedTuple):
    """One logical line: where it stands and what it says."""

    path: str
    group: str
    name: str
    params: frozenset
    value: str


def decoded(raw):
    """UTF-8, and windows-1252 where it is none."""
    text = raw.decode("utf-8", "surrogateescape")
    return re.sub("[\udc80-\udcff]", lambda byte: CP1252[ord(byte[0]) - 0xDC00], text)


def logical_lines(data):
    """Unfold bytes; join the soft breaks of quoted-printable; leave out blank lines."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16").encode()
    data = re.sub(rb"\r\r\n|\r\n|\r", b"\n", data.removeprefix(b"\xef\xbb\xbf"))
    lines = []
    for line in data.split(b"\n"):
        if line[:1] in {b" ", b"\t"} and lines:
            lines[-1] += line[1:]
        elif lines and b"QUOTED-PRINTABLE" in lines[-1].partition(b":")[0].upper() and lines[-1].endswith(b"="):
            lines[-1] = lines[-1][:-1] + line
        elif line.strip():
            lines.append(line)
    return lines


def lines_of(data):
    """Every line with the components that it stands in; BEGIN and END count as the component itself."""
    path = []
    for raw in logical_lines(data):
        text = decoded(raw)
        match = HEAD.fullmatch(text)
        if match is None or WORDS.search(match[2].strip()):  # no colon, or words before it: the rest of a broken line
            yield Line("/".join(path), "", "?", frozenset(), text)
            continue
        group, name, params, value = match.groups()
        name = name.strip().upper()
        if name in {"BEGIN", "END"} and not params:
            value = value.strip().upper()
            if name == "BEGIN":
                path.append(value)
                yield Line("/".join(path), "", "BEGIN", frozenset(), value)
            elif value in path:
                while path.pop() != value:
                    pass
            continue
        yield Line("/".join(path), group or "", name, parameters(params), value)


def content(data):
    """Count the lines of a file."""
    return Counter(lines_of(data))


def parameters(text):
    """Parameters as a set of (NAME, value), decoded (RFC 6868); a bare one has no name."""
    found = set()
    for piece in PIECE.findall(text):
        key, equals, values = piece.partition("=")
        if not equals:
            found.add(("", piece.strip().upper()))
            continue
        for value in VALUE.findall(values)[: -1 if values and not values.endswith(",") else None]:
            told = re.sub(r"\^[n'^]", lambda caret: CARET[caret[0]], value.strip().replace('"', ""))
            found.add((key.strip().upper(), told))
    return frozenset(found)


def text(value):
    """A TEXT value, unescaped."""
    return re.sub(r"\\[nN,;:\\]", lambda escape: ESCAPE[escape[0]], value)


def quoted_printable(value):
    """A quoted-printable value, as far as it is UTF-8 or windows-1252."""
    return decoded(quopri.decodestring(value.encode())).replace("\r\n", "\n")


def with_line_ends(data, end):
    """The same file with other line ends: CRLF, LF, CR, or all three by turns."""
    data = re.sub(rb"\r\r\n|\r\n|\r", b"\n", data)
    if end != b"mixed":
        return data.replace(b"\n", end)
    ends = (b"\r\n", b"\n", b"\r")
    lines = data.split(b"\n")
    mixed = []
    for index, line in enumerate(lines[:-1]):
        # a CR before an empty line would become part of the end of that line
        mixed += [line, ends[index % 3] if lines[index + 1] else b"\n"]
    return b"".join((*mixed, lines[-1]))
