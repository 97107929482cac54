"""What certbot prints, read for people."""

from __future__ import annotations

import importlib.util
import pathlib
import sys
import types
from typing import Any

import pytest

PROGRAM = pathlib.Path(__file__).parents[2] / "components/services/certificate/certificate.py"


@pytest.fixture
def certificate(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(sys.modules, "challenge", types.ModuleType("challenge"))
    spec = importlib.util.spec_from_file_location("certificate", PROGRAM)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NOTES = """\
Some challenges have failed.
IMPORTANT NOTES:
 - The following errors were reported by the server:

   Domain: relay.example.com
   Type:   dns
   Detail: Error retrieving TXT records for DNS challenge ("DNS lookup
   error for _acme-challenge.relay.example.com")
   Hint: look at the records

Ask for help or search for solutions at https://example.com
"""


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            NOTES,
            'Detail: Error retrieving TXT records for DNS challenge ("DNS lookup error for '
            '_acme-challenge.relay.example.com").',
        ),
        ("  Detail: one\n\n  Detail: two.\n", "Detail: one Detail: two."),
        ("Detail: the same.\n\n - Detail: the same.\n", "Detail: the same."),
        ("one\n\ntwo\nthree\nSaving debug log to /var/log\nfour", "two three four."),
    ],
)
def test_the_reason_is_whole_and_said_once(certificate: Any, output: str, reason: str) -> None:
    assert certificate.reason_of(output) == reason
