"""The JSON form of records: one form for the store, the archive, and what plugins hand over.

A document is ``{"kind": …, "schema": …, "id": …, …}``. Fields stand in the order of their definition, empty fields are
left out, and the same record always gives the same bytes. Two paths lead back and agree on every value:

* `decode` is the fast one for what koschuso wrote itself: msgspec straight on the record classes.
* `koschuso.codec.structured.structure` is the patient one for what others wrote: it tells everything that is wrong at once, as findings.

What a document of a newer koschuso holds and this one does not know survives reading, changing and writing
(`koschuso.codec.unknown`); documents of older schemas are lifted step by step (`koschuso.codec.schema`).
"""

from koschuso.codec.form import decode, encode, unstructure
from koschuso.codec.schema import SCHEMA, STEPS, Step
from koschuso.codec.unknown import UNKNOWN

__all__ = ["SCHEMA", "STEPS", "UNKNOWN", "Step", "decode", "encode", "unstructure"]
