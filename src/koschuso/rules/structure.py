"""Which fields of which records hold keys of which catalogue, and which point at what: the model's wiring as data."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from koschuso.model import Reference

__all__ = ["POINTERS", "VOCABULARIES", "values_at"]

_PROFILE: Final = "taetigkeitsprofil"

VOCABULARIES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "organisation": {
            "type": "organisationsart",
            "source": "datenquelle",
            "school.schulform": "schulform",
            "school.status": "schulbetriebsstatus",
            "school.schulaufsicht": "schulaufsicht",
        },
        "person": {
            "functions.function": "personenfunktion",
            "qualification": "qualifikation",
            "legal_bases.purpose": "zweck",
            "legal_bases.basis": "rechtsgrundlage",
            "consents.purpose": "zweck",
            "source": "datenquelle",
        },
        "committee": {"type": "gremienart"},
        "relation": {"type": "beziehungsart", "role": "mitgliedsrolle", "origin": "datenquelle"},
        "position": {"tenure": "befristung", "tarif": "tarif", "saeule": "saeule"},
        "assignment": {"duty": "einsatztaetigkeit"},
        "funding": {"funding_source": "finanzierungsquelle"},
        "series": {
            "rhythm": "rhythmus",
            "type": "veranstaltungsart",
            "taetigkeit": _PROFILE,
            "avoid": "meide",
            "evasion": "ausweichregel",
            "schulformen": "schulform",
        },
        "event": {
            "type": "veranstaltungsart",
            "taetigkeit": _PROFILE,
            "format": "veranstaltungsformat",
            "target_groups": "zielgruppe",
            "schulformen": "schulform",
        },
        "participation": {
            "role": "teilnahmerolle",
            "headcounts.target_group": "zielgruppe",
            "headcounts.schulform": "schulform",
        },
        "task": {"taetigkeit": _PROFILE, "cost_category": "kostenart", "foerderziele": "foerderziel"},
        "activity": {"taetigkeit": _PROFILE, "reach": "reichweite", "foerderziele": "foerderziel"},
        "consultation": {
            "target_group": "zielgruppe",
            "form": "beratungsform",
            "taetigkeit": _PROFILE,
            "schulform": "schulform",
            "referred_to": "organisationsart",
        },
        "concept": {"type": "dokumentart", "status": "konzeptstatus", "taetigkeit": _PROFILE},
        "cooperation": {"benefits.taetigkeit": _PROFILE},
        "survey": {"taetigkeit": _PROFILE, "target_groups": "zielgruppe"},
    }
)
"""Kind of record -> field -> catalogue. Topics of events and consultations are missing: free tags are allowed there."""

POINTERS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "organisation": {"parent_id": ("organisation",)},
        "committee": {"office_id": ("organisation",)},
        "relation": {"source": (), "target": ()},
        "position": {"employer_id": ("organisation",), "holder_id": ("person",)},
        "assignment": {"position_id": ("position",), "place_id": ("organisation",)},
        "funding": {"position_id": ("position",)},
        "series": {"parent_id": ("series",), "committee_id": ("committee",)},
        "event": {
            "series_id": ("series",),
            "committee_id": ("committee",),
            "organiser_ids": ("organisation",),
            "partner_ids": ("organisation",),
            "speaker_ids": ("person",),
            "successor_id": ("event",),
            "occurrence_of": ("event",),
        },
        "participation": {
            "event_id": ("event",),
            "person_id": ("person",),
            "organisation_id": ("organisation",),
            "registered_by": ("person",),
            "substitute_id": ("participation",),
        },
        "task": {
            "responsible_ids": ("person", "organisation"),
            "involved": (),
            "subject": (),
            "parent_id": ("task",),
        },
        "activity": {"person_id": ("person",), "subject": ()},
        "consultation": {"organisation_id": ("organisation",)},
        "concept": {"issued_by": (), "adoptions.by": (), "authors": (), "predecessor_id": ("concept",)},
        "milestone": {"actors": ()},
        "goal": {"office_id": ("organisation",), "partners": ()},
        "cooperation": {
            "partner_ids": ("organisation",),
            "benefits.beneficiary_id": ("organisation",),
            "benefits.evidence": (),
            "committee_ids": ("committee",),
        },
        "survey": {"event_id": ("event",)},
    }
)
"""Kind of record -> field -> kinds that it may point at; none are given for a `Reference`, which names its kind."""


def values_at(record: Any, path: str) -> Iterator[str | Reference]:
    """Give the values of a field, also of a field in the parts of a record; empty ones are passed over.

    >>> from koschuso.model import FunctionHeld, Person
    >>> person = Person(id="p-1", family_name="Muster", functions=(FunctionHeld(function="koordination"),))
    >>> list(values_at(person, "functions.function")), list(values_at(person, "qualification"))
    (['koordination'], [])
    """
    name, _dot, rest = path.partition(".")
    value = getattr(record, name)
    for item in value if isinstance(value, tuple) else (value,):
        if not item:
            continue
        if rest:
            yield from values_at(item, rest)
        else:
            yield item
