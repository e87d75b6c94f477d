"""The JSON Schema (2020-12) of a bank file, made from the kinds themselves, for editors and other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from questions import checks, loader
from questions.kinds import CLASSES

DESCRIPTIONS: Final[Mapping[str, str]] = {
    "id": "Unique among all banks: small letters, digits, single hyphens. Never changed: attempts are kept under it.",
    "kind": "How it is asked and graded.",
    "title": "A few words, for lists.",
    "prompt": "What is asked. Prose.",
    "requirements": "What a complete answer covers.",
    "stage": "The stage of the interview.",
    "topic": "What it is about.",
    "skills": "What an interviewer sees in the answer.",
    "level": "From whom it is asked.",
    "roles": "For which roles it is asked.",
    "minutes": "How long a good answer takes.",
    "hints": "A ladder: each gives away more. Prose.",
    "solution": "The worked model answer. Prose.",
    "analysis": "Why it is so, and what an interviewer listens for. Prose.",
    "sources": "Keys of questions/sources.yaml.",
    "follow_up": "The follow-up that it belongs to.",
    "related": "The related question that it belongs to.",
    "tags": "Any words to filter by.",
    "symbols": "Declarations of names that stand between dollar signs and are not declared otherwise: 'z: real'.",
    "mistakes": "What to say to whoever makes a mistake, instead of the general words for its finding.",
    "accepted": "Sample answers that must be right, beside the model answer.",
    "rejected": "Sample answers that must not pass, each with the finding that must come first.",
    "options": "What to choose from; at least one right and one wrong.",
    "answer": "The model answer, as a person would type it.",
    "unit": "The unit that the answer may carry.",
    "tolerance": "The largest absolute error, as a formula. Without it: three significant digits.",
    "loss": "The loss, in the formula language.",
    "wrt": "What the gradient is taken with respect to.",
    "variables": "Declarations: 'z: real[n]', 'y: {0,1}[n]', 'yhat|p: (0,1)'.",
    "form": "How the answer is to be written. What does not meet it is a note.",
    "given": "Definitions that an answer may use: 'p = sigmoid(z)'.",
    "arguments": "Declarations in the order of the function's parameters; 'alpha: (0,1) = 0.25' is optional.",
    "entry": "The name of the function.",
    "starter": "What the person starts from. Python; it must not pass.",
    "reference": "The model answer. Python.",
    "asks": "The level that is asked.",
    "returns": "What the function returns: the loss, its gradient by wrt, or the tuple of both.",
    "demands": "What the loss must be: 'convex', 'not bounded', 'bounded-influence <= 1', 'efficiency >= 0.9'.",
    "space": "What wrt is, where the properties that apply depend on it.",
    "experiment": "What the loss is tried on: data with outliers, or with 1 % positives.",
    "points": "The rubric, which the person marks after answering.",
}


def bank_schema() -> dict[str, Any]:
    """A new schema, ready for `json.dumps`."""
    _, parts = msgspec.json.schema_components(tuple(CLASSES.values()), ref_template="#/$defs/{name}")
    for name, part in parts.items():
        cls = next((c for c in CLASSES.values() if c.__name__ == name), None)
        if cls is not None:
            part["properties"] = {"kind": {"const": cls.kind}, **part["properties"]}
            part["required"] = ["kind", *part["required"]]
        part["additionalProperties"] = False
        for key, value in part["properties"].items():
            part["properties"][key] = _field(key, value, part["title"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A bank of lossprep questions",
        "type": "object",
        "additionalProperties": False,
        "required": ["format", "questions"],
        "properties": {
            "format": {"const": loader.FORMAT},
            "questions": {
                "type": "array",
                "minItems": 1,
                "items": {"oneOf": [{"$ref": f"#/$defs/{cls.__name__}"} for cls in CLASSES.values()]},
            },
        },
        "$defs": parts,
    }


def _field(key: str, schema: dict[str, Any], owner: str) -> dict[str, Any]:
    """A field's schema, with the limits that the types do not state."""
    result: dict[str, Any] = _texts_not_empty(schema)
    result.pop("default", None)
    if key in DESCRIPTIONS and owner in {cls.__name__ for cls in CLASSES.values()}:
        result["description"] = DESCRIPTIONS[key]
    if key == "id":
        result |= {"pattern": f"^{checks.ID.pattern}$", "maxLength": checks.MAX_ID}
    elif key == "minutes":
        result |= {"minimum": 1, "maximum": checks.MAX_MINUTES}
    elif key == "hints":
        result["minItems"] = checks.MIN_HINTS
    elif key == "options":
        result |= {"minItems": 2, "maxItems": checks.MAX_OPTIONS}
    elif key in checks.NONEMPTY or (key == "rejected" and owner in checks.NEED_REJECTED):
        result["minItems"] = 1
    return result


def _texts_not_empty(schema: Any) -> Any:
    if isinstance(schema, dict):
        inner = {key: _texts_not_empty(value) for key, value in schema.items()}
        return {**inner, "pattern": r"\S"} if inner.get("type") == "string" else inner
    return [_texts_not_empty(item) for item in schema] if isinstance(schema, list) else schema
