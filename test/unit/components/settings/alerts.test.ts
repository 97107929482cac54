import { resolve } from "../../../../components/settings/resolve";
import { RelayInput } from "../../../../components/settings/settings";
import { fullInput, fullSettings, issuesOf } from "../fixtures";

const onDroplet = (alerts: NonNullable<RelayInput["droplet"]>["alerts"]) => ({
  droplet: { ...fullInput().droplet, alerts },
});

const mail = "ops@example.net";

const cases: [string, object, string, RegExp][] = [
  ["alerts to no address", { alerts: { mail: "ops" } }, "alerts.mail", /"ops" is not a mail address/],
  [
    "alerts after half a message",
    { alerts: { mail, deferredAge: 0.5 } },
    "alerts.deferredAge",
    /0\.5 is not a number of seconds/,
  ],
  [
    "alerts without failures",
    { alerts: { mail, loginFailures: 0 } },
    "alerts.loginFailures",
    /0 is not a number of refused/,
  ],
  [
    "more than all of a lifetime",
    { alerts: { mail, certificateShare: 2 } },
    "alerts.certificateShare",
    /2 is not a share/,
  ],
  ["droplet alerts to nobody", onDroplet({ emails: [] }), "droplet.alerts.emails", /^missing; .*team/],
  ["droplet alerts to half an address", onDroplet({ emails: ["ops@"] }), "droplet.alerts.emails[0]", /"ops@" is not/],
  [
    "a disk that is never full enough",
    onDroplet({ emails: ["ops@example.net"], diskPercent: 100 }),
    "droplet.alerts.diskPercent",
    /100 is not a share in percent/,
  ],
  [
    "a memory that is always full enough",
    onDroplet({ emails: ["ops@example.net"], memoryPercent: 0 }),
    "droplet.alerts.memoryPercent",
    /0 is not a share in percent/,
  ],
  ["half a day", { logDays: 0.5 }, "logDays", /0\.5 is not a number of days/],
  ["a log for ever", { logDays: 3651 }, "logDays", /from 0 to 3650/],
];

test.each(cases)("%s is refused with option, value and way out", (_, change, path, message) => {
  const issues = issuesOf(change);
  expect(issues.map((issue) => issue.path)).toEqual([path]);
  expect(issues[0]?.message).toMatch(message);
});

test("the journal is bounded on a droplet of our own, and left alone on a server with other programs", () => {
  expect(fullSettings().logDays).toBe(30);
  const host = { address: "192.0.2.1", hostKey: "ssh-ed25519 AAAA" };
  expect(fullSettings({ droplet: undefined, host }).logDays).toBe(0);
  expect(fullSettings({ droplet: undefined, host, logDays: 7 }).logDays).toBe(7);
});

test("alerts have documented limits unless told otherwise", () => {
  const alerts = { mail: "ops@example.net", loginFailures: 7 };
  expect(fullSettings({ alerts }).alerts).toEqual({ ...alerts, deferredAge: 1800, certificateShare: 0.2 });
  const droplet = onDroplet({ emails: ["ops@example.net"], memoryPercent: 95 });
  expect(resolve(fullInput(droplet), "2026-06-15").droplet?.alerts).toEqual({
    emails: ["ops@example.net"],
    diskPercent: 85,
    memoryPercent: 95,
  });
});
