"""Prints what differs from what the last deploy left on the host, one thing a line."""

from lib.installed import differences

for difference in differences():
    path, aspect, present = difference["path"], difference["aspect"], difference.get("present", "")
    if aspect != "service":
        print(path, aspect)
        continue
    enabled, runs = present.split(", ")
    if enabled not in ("enabled", "static"):
        print(path, "is", enabled)
    if runs != "runs":
        print(path, runs)
