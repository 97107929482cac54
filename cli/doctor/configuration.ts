import type { Complaint, DeploySeen, Difference, DriftSeen, Parts, ValueChange } from "../survey";
import { duration } from "../output";
import { fault, REPAIR, warning, type Check } from "./finding";

export const postfixCheck: Check<Parts["postfixCheck"]>[] = [
  ({ complaints }) => complaints.map((text) => fault("postfix-check", `Postfix complains: ${text}`, cure(text))),
];

/** Postfix copies files into its chroot when it starts. */
const cure = (text: string): string =>
  / differ$/.test(text) ? "systemctl restart postfix, which copies the file into the chroot again" : REPAIR;

export const deploy: Check<DeploySeen>[] = [
  ({ halfWay }) =>
    halfWay
      ? [fault("deploy-cut-off", "the last deploy was interrupted", "run `pulumi up` again; it continues from there")]
      : [],
  ({ proof }) =>
    proof !== null && proof.result === null
      ? [fault("proof-failed", "the proof of the last deploy failed", "run `pulumi up` again; it prints the reason")]
      : [],
];

export const drift: Check<DriftSeen>[] = [
  (seen) =>
    filesOf(seen)
      .filter(isInForce)
      .map((one) => fault("drift-in-force", changedByHand(one), REPAIR)),
  ({ differences }) =>
    differences
      .filter(({ added = [] }) => added.length > 0)
      .map(({ path, added = [] }) =>
        fault("login-unknown", `${path} has logins that no deploy made: ${added.join(", ")}`, REPAIR),
      ),
  ({ differences }) =>
    differences
      .filter(({ aspect, added = [] }) => aspect === "users" && added.length === 0)
      .map(({ path, removed = [] }) => {
        const what = removed.length > 0 ? `lacks the logins ${removed.join(", ")}` : "has other passwords";
        return fault("login-changed", `${path} ${what} since the last deploy`, REPAIR);
      }),
  (seen) => {
    const without = filesOf(seen).filter((one) => !isInForce(one));
    const names = [...new Set(without.map(({ path }) => path))].join(", ");
    return without.length === 0 ? [] : [warning("drift", `changed since the last deploy: ${names}`, REPAIR)];
  },
];

const filesOf = ({ differences }: DriftSeen) =>
  differences.filter(({ aspect }) => !["service", "listener", "users"].includes(aspect));

/** Whether Postfix or a service reads something else than the deploy gave it; a changed comment is nothing to them. */
function isInForce({ aspect, present, values }: Difference): boolean {
  if (values !== undefined) return values.length > 0;
  return aspect === "content" || aspect === "gone" || (aspect === "link" && present === "none");
}

function changedByHand({ path, aspect, values = [] }: Difference): string {
  if (values.length > 0) return `changed by hand in ${path}: ${values.map(valueText).join("; ")}`;
  return aspect === "gone" ? `${path} is gone` : `the content of ${path} was changed by hand`;
}

function valueText({ name, installed, present }: ValueChange): string {
  if (present === null) return `${name} is gone`;
  return installed === null
    ? `${name} = ${present} is new`
    : `${name} is ${present || "empty"} instead of ${installed || "empty"}`;
}

export const log: Check<Parts["complaints"]>[] = [
  ({ complaints }) => complaints.filter(isGrave).map((one) => fault("log-fatal", sentence(one), LOOK)),
  ({ complaints }) =>
    complaints.filter((one) => !isGrave(one)).map((one) => warning("log-warning", sentence(one), LOOK)),
];

const LOOK = "`mail-relay logs` shows the lines around it";
const isGrave = ({ severity }: Complaint) => severity !== "warning";
const sentence = ({ severity, service, count, text }: Complaint) => `${service} logged ${count} x ${severity}: ${text}`;

/** The queues, with the age in seconds from which waiting mail is a fault. */
export interface Waiting {
  queueSizes: Parts["queueSizes"];
  oldestSeconds: number;
}

export const waiting: Check<Waiting>[] = [
  ({ queueSizes: { problem } }) =>
    problem === null ? [] : [fault("queue-unknown", `the queue cannot be read: ${problem}`, "systemctl start postfix")],
  ({ queueSizes: { queues }, oldestSeconds }) =>
    ["deferred", "active", "incoming", "maildrop"].flatMap((name) => {
      const { messages = 0, oldestSeconds: age = null } = queues[name] ?? {};
      if (messages === 0 || age === null || age < oldestSeconds) return [];
      const text = `${messages} messages wait in the queue ${name}, the oldest for ${duration(age)}`;
      return [fault("queue-old", text, `\`mail-relay queue ${name}\` shows the reason`)];
    }),
  ({ queueSizes: { queues } }) =>
    (queues.hold?.messages ?? 0) === 0
      ? []
      : [warning("queue-hold", `${queues.hold?.messages} messages are on hold`, "`mail-relay queue hold` shows them")],
];
