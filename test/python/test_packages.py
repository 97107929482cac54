"""Which packages were set back, by dpkg's own log and its own order of versions."""

from pathlib import Path

import pytest

import packages

LOG = """\
2026-01-01 10:00:00 install postfix:amd64 <none> 3.7.10-0+deb12u1
2026-02-01 10:00:00 upgrade postfix:amd64 3.7.10-0+deb12u1 3.7.11-0+deb12u1
2026-02-01 10:00:00 upgrade rspamd:amd64 3.4-1 3.4-1~bpo1
2026-02-02 10:00:00 upgrade sasl2-bin:amd64 2.1.28-10 2.1.9-1
2026-02-02 10:00:00 upgrade certbot:all 2.1.0-4 2.0.0-1
2026-02-03 10:00:00 upgrade certbot:all 2.0.0-1 2.1.0-4
2026-02-03 10:00:00 upgrade bash:amd64 5.2 5.1
2026-02-03 10:00:00 status installed sasl2-bin:amd64 2.1.9-1
"""


def test_the_last_change_of_a_package_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "LOG", str(tmp_path / "dpkg.log"))
    names = ["postfix", "rspamd", "sasl2-bin", "certbot", "unbound"]
    assert packages.downgraded(names) == []
    (tmp_path / "dpkg.log").write_text(LOG, encoding="utf-8")
    assert packages.downgraded(names) == [
        {"name": "rspamd", "before": "3.4-1", "now": "3.4-1~bpo1"},
        {"name": "sasl2-bin", "before": "2.1.28-10", "now": "2.1.9-1"},
    ]
