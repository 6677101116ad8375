"""The JSON Schema of a suite (2020-12), for editors; generated from the model that loads suites."""

from __future__ import annotations

import inspect
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .model import Suite
from .steps import VERBS

ID = "urn:pytest-netconform:suite"


def schema() -> dict[str, Any]:
    """A new dictionary, ready for `json.dumps`."""
    made = Suite.model_json_schema(schema_generator=_Generator)
    for verb, model in VERBS.items():
        # Editors show the description of a key, not of the object that it stands in.
        made["$defs"][model.__name__]["properties"][verb]["description"] = (
            f"{inspect.getdoc(model)}\n\nExample: {model.example}"
        )
    return {"$schema": _Generator.schema_dialect, "$id": ID, **made, "title": "netconform suite"}


class _Generator(GenerateJsonSchema):
    """No titles made up from names, and no key that fits no pattern."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        if "patternProperties" in made:
            made["additionalProperties"] = False
        return made
