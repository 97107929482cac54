"""Stands in for the SDK that the CLI generates by `pulumi package add`: what it registers is the same."""

import json
import re
from enum import Enum
from pathlib import Path
from typing import Any, Dict, Optional

import pulumi

SCHEMA: Dict[str, Any] = json.loads(Path(__file__).with_name("schema.json").read_text())
[(TOKEN, RESOURCE)] = SCHEMA["resources"].items()


def camel(name: str) -> str:
    return re.sub("_(.)", lambda found: found[1].upper(), name)


def constant(name: str) -> str:
    return re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


def __getattr__(name: str) -> Any:
    """An enumeration of the schema, such as Preflight."""
    values = SCHEMA["types"].get(f"mail-relay:index:{name}", {}).get("enum")
    if values is None:
        raise AttributeError(name)
    return Enum(name, {constant(value["name"]): value["value"] for value in values}, type=str)


def wire(value: Any, kind: Dict[str, Any]) -> Any:
    """A value as it travels, with the schema's names instead of Python's."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list):
        return [wire(item, kind.get("items", {})) for item in value]
    if isinstance(value, dict) and "$ref" in kind:
        properties = SCHEMA["types"][kind["$ref"][len("#/types/") :]]["properties"]
        return {camel(key): wire(item, properties.get(camel(key), {})) for key, item in value.items()}
    return value


class MailRelay(pulumi.ComponentResource):
    def __init__(self, resource_name: str, opts: Optional[pulumi.ResourceOptions] = None, **args: Any):
        kinds = RESOURCE["inputProperties"]
        inputs = {camel(key): wire(value, kinds.get(camel(key), {})) for key, value in args.items()}
        outputs = dict.fromkeys(RESOURCE["properties"])
        super().__init__(TOKEN, resource_name, {**outputs, **inputs}, opts, remote=True)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__[camel(name)]
        except KeyError:
            raise AttributeError(name) from None
