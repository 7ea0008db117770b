"""What the tests of the storage contract put in: bodies and ids that some storage somewhere gets wrong."""

from __future__ import annotations

from koschuso.store.conditions import Index

__all__ = ["BODIES", "CANARY", "EMPTY", "IDS", "PLAIN", "UNSTORABLE"]

CANARY = "Kanarienvogel-7f3a91"
"""A text that is searched for where it must not be."""

PLAIN = b'{"name":"plain"}'

EMPTY = Index()

BODIES = {
    "plain": PLAIN,
    "spacing and key order": b'{ "b" : 1,\n\t"a":2 , "a":3}',
    "white space at both ends": b' \n{"n":1}\r\n',
    "line ends": b'{"n":\r\n1,\r"m":\n2}',
    "umlauts, emoji, beyond the BMP": '{"n":"Träger ß € 👩🏽‍🏫 𝔘 \u2028 \ufffe \uffff"}'.encode(),
    "byte order mark": b'{"n":"\xef\xbb\xbf"}',
    "escapes": rb'{"n":"\u00e4 \\u0000 \\\ud83d\udc69 \" \\ \/ \b"}',
    "not composed": '{"n":"a\u0308"}'.encode(),
    "composed": '{"n":"ä"}'.encode(),
    "control characters": b'{"n":"\x7f\xc2\x85\xe2\x80\xa8"}',
    "numbers": b'{"n":[1.0,1e2,-0,12345678901234567890,0.1000]}',
    "quotes": b'{"n":"\'); DROP TABLE record; --"}',
    "one byte": b"1",
    "text alone": b'"true"',
    "more than a page": b'{"n":"' + b"y" * 70_000 + b'"}',
    "large": b'{"n":"' + b"x" * 3_000_000 + b'"}',
}
"""Bodies that must come back byte for byte, by what is special about them."""

UNSTORABLE: dict[str, object] = {
    "raw NUL": b'{"n":"\0"}',
    "escaped NUL": rb'{"n":"\u0000"}',
    "escaped NUL behind a backslash": rb'{"n":"\\\u0000"}',
    "lone high surrogate": rb'{"n":"\ud83d"}',
    "lone low surrogate": rb'{"n":"\udc69"}',
    "surrogates in wrong order": rb'{"n":"\uDC69\uD83D"}',
    "surrogates apart": rb'{"n":"\ud83d\\\udc69"}',
    "encoded surrogate": b'{"n":"\xed\xa0\xbd"}',
    "latin-1": '{"n":"Träger"}'.encode("latin-1"),
    "empty": b"",
    "not bytes": bytearray(b"{}"),
}
"""Bodies that some storage could not give back and all must refuse."""

IDS = [
    "a",
    "B",
    "b",
    "Ä",
    "ä",
    "z",
    "Z",
    "0",
    "00",
    "1e3",
    "é",
    "e\u0301",
    "ß",
    "ss",
    "ı",
    "İ",
    "\ufb01",
    "fi",
    "\ue000",
    "\uffff",
    "😀",
    "a b",
    "a",
    " a",
    "a ",
    "\u00a0",
    "'",
    '"',
    "%",
    "_",
    "*",
    "a/b\\c",
    "..",
    ".",
    "-",
    "con",
    "NULL",
    "x" * 1000,
    "x" * 999,
    "x" * 999 + "y",
    "ä" * 500,
    "😀" * 250,
    # What some escaping, tidying or folding takes for another one of these.
    "a%20b",
    "a+b",
    "a  b",
    "a&amp;b",
    "a&b",
    r"\u0061",
    "a.",
    "\ufeffa",
    "a\u200b",
    "a\u200db",
    "a\u00ad",
    "a\ufe0f",
    "a\u2028b",
    "a\u2029b",
    "\uff41",
    "\u017f",
    "s",
    "\u212a",
    "K",
    "\uac00",
    "\u1100\u1161",
    "\ufffd",
    "\ufffe",
    "\U0010ffff",
]
"""Ids that are all different."""
IDS = list(dict.fromkeys(IDS))
