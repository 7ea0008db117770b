"""What an office knows: frozen, self-validating records and values; no I/O, no plugins, no clock.

The terms are those of ``docs/glossary.md``; the facts behind them are in the field's own papers and registers.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from koschuso.model.actor import (
    Committee,
    Consent,
    CoordinationProfile,
    FunctionHeld,
    LegalBasis,
    Organisation,
    Person,
    PersonStatus,
    Publication,
    SchoolProfile,
)
from koschuso.model.catalogue import Catalogue, Column, Entry
from koschuso.model.catalogue_sums import NOT_ASSIGNED, KeySums, sum_by_key
from koschuso.model.concept import Adoption, Concept
from koschuso.model.declared import DeclaredFields, ShownExtra
from koschuso.model.event import EVENT_TRANSITIONS, Event, EventStatus, Location, Visibility, Workshop
from koschuso.model.extras import ExtraField, FieldType, PrivacyClass, property_name, visible_classes
from koschuso.model.finding import Finding, Problems, Reading, Severity
from koschuso.model.foundation import Benefit, Cooperation, Goal, Milestone
from koschuso.model.fuzzydate import FuzzyDate
from koschuso.model.labels import FIELD_LABELS, field_label
from koschuso.model.participation import PARTICIPATION_TRANSITIONS, Headcount, Participation, ParticipationStatus
from koschuso.model.period import ALWAYS, Period, schuljahr_of
from koschuso.model.position import Assignment, Funding, Occupancy, Position
from koschuso.model.record import Record
from koschuso.model.relation import Relation
from koschuso.model.series import Series
from koschuso.model.survey import AnswerCount, Question, QuestionType, Survey, SurveyType
from koschuso.model.task import TASK_TRANSITIONS, Activity, Consultation, Task, TaskStatus
from koschuso.model.timespan import BERLIN, UTC, TimeSpan
from koschuso.model.values import (
    EMPTY,
    Address,
    Coordinates,
    FrozenMapping,
    Reference,
    is_ags,
    is_email,
    is_key,
)
from koschuso.model.workload import (
    FULL_TIME_TV_L_NRW,
    FULL_TIME_TVOED,
    Workload,
    clock,
    german_decimal,
    round_vzae,
    total_vzae,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ALWAYS",
    "BERLIN",
    "EMPTY",
    "EVENT_TRANSITIONS",
    "FIELD_LABELS",
    "FULL_TIME_TVOED",
    "FULL_TIME_TV_L_NRW",
    "NOT_ASSIGNED",
    "PARTICIPATION_TRANSITIONS",
    "RECORD_TYPES",
    "TASK_TRANSITIONS",
    "UTC",
    "Activity",
    "Address",
    "Adoption",
    "AnswerCount",
    "Assignment",
    "Benefit",
    "Catalogue",
    "Column",
    "Committee",
    "Concept",
    "Consent",
    "Consultation",
    "Cooperation",
    "Coordinates",
    "CoordinationProfile",
    "DeclaredFields",
    "Entry",
    "Event",
    "EventStatus",
    "ExtraField",
    "FieldType",
    "Finding",
    "FrozenMapping",
    "FunctionHeld",
    "Funding",
    "FuzzyDate",
    "Goal",
    "Headcount",
    "KeySums",
    "LegalBasis",
    "Location",
    "Milestone",
    "Occupancy",
    "Organisation",
    "Participation",
    "ParticipationStatus",
    "Period",
    "Person",
    "PersonStatus",
    "Position",
    "PrivacyClass",
    "Problems",
    "Publication",
    "Question",
    "QuestionType",
    "Reading",
    "Record",
    "Reference",
    "Relation",
    "SchoolProfile",
    "Series",
    "Severity",
    "ShownExtra",
    "Survey",
    "SurveyType",
    "Task",
    "TaskStatus",
    "TimeSpan",
    "Visibility",
    "Workload",
    "Workshop",
    "clock",
    "field_label",
    "german_decimal",
    "is_ags",
    "is_email",
    "is_key",
    "property_name",
    "round_vzae",
    "schuljahr_of",
    "sum_by_key",
    "total_vzae",
    "visible_classes",
]

RECORD_TYPES: Mapping[str, type[Record]] = MappingProxyType(
    {
        record_type.KIND: record_type
        for record_type in (
            Organisation,
            Person,
            Committee,
            Relation,
            Position,
            Assignment,
            Funding,
            Series,
            Event,
            Participation,
            Task,
            Activity,
            Consultation,
            Concept,
            Milestone,
            Goal,
            Cooperation,
            Survey,
        )
    }
)
"""Every kind of record by its name, in an order in which references point backwards where they can."""
