"""The published conformance kit: what plugin authors test with. Nothing of koschuso itself imports it."""
