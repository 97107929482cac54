import type { Lab } from "../../sandbox/lab";
import type { Examination } from "../../cli/doctor/examine";
import type { DriftSeen } from "../../cli/survey";
import { keep, putBack } from "./cliFaults";
import { aroundTheRelay } from "./cliFaultsAround";
import { relayFiles } from "./cliFaultsRelay";
import type { NoticedFault } from "./cliFaultsTable";
import { stopped, values } from "./cliFaultsValues";
import { onHost } from "./support";

interface Given {
  lab: Lab;
  /** The commands `doctor` and `drift` on this relay, as JSON. */
  doctor: () => Promise<Examination>;
  drift: () => Promise<DriftSeen>;
}

/** Those of a round can be there together without one hiding another; each round costs one look. */
const rounds = (refusing: string): Record<string, NoticedFault[]> => ({
  "files, and what is around the relay": [...relayFiles, ...aroundTheRelay],
  "what Postfix is told": values(refusing),
  "what does not run": stopped,
});

/** Runs each script in a shell of its own; fails with the numbers of those that failed. */
const together = (scripts: string[]) =>
  [...scripts.map((script, at) => `( set -e; ${script}\n) </dev/null >/dev/null; [ $? = 0 ] || failed+=" ${at}"`)]
    .concat(`[ -z "$failed" ] || { echo "these failed:$failed"; exit 1; }`)
    .join("\n");

/** What drift says, as one line for each thing. */
const linesOf = ({ differences }: DriftSeen): string[] =>
  differences.flatMap(({ path, aspect, present = "", values: changed = [], added = [], removed = [] }) =>
    changed.length > 0
      ? changed.map(({ name, present: to }) => `${path} ${name} = ${to}`)
      : [[path, aspect, present, ...added, ...removed].join(" ")],
  );

const noticedBy = (inDoctor: boolean, inDrift: boolean): NoticedFault["by"] => {
  if (inDoctor) return inDrift ? "both" : "doctor";
  return inDrift ? "drift" : "neither";
};

/** Whatever a person can do to the host that opens it, leaks or stops it, and who notices. */
export function describeNoticedFaults(given: () => Given): void {
  test("nearly every fault that a person can make is noticed", () => {
    const all = Object.values(rounds("REFUSING")).flat();
    expect(new Set(all.map(({ what }) => what)).size).toBe(all.length);
    const noticed = all.filter(({ by }) => by !== "neither");
    expect(all.length).toBeGreaterThanOrEqual(60);
    expect(noticed.length / all.length).toBeGreaterThanOrEqual(55 / 60);
  });

  test.each(Object.keys(rounds("REFUSING")))("%s: each fault is noticed as the table says", async (name) => {
    const { lab, doctor, drift } = given();
    const faults = rounds(lab.cloud.trustedClient)[name]!;
    await onHost(lab, `${keep}; set +e +u; ${together(faults.map(({ seed }) => seed))}`);
    try {
      const [{ findings }, differences] = await Promise.all([doctor(), drift()]);
      const told = findings.map(({ id, what }) => `${id}: ${what}`);
      const differing = linesOf(differences);
      const among = (lines: string[], { named }: NoticedFault) => lines.some((line) => named.test(line));
      const wrong = faults
        .map((fault) => ({ ...fault, really: noticedBy(among(told, fault), among(differing, fault)) }))
        .filter(({ by, really }) => by !== really)
        .map(({ what, by, really }) => `${what}: noticed by ${really} instead of ${by}`);
      expect(wrong).toEqual([]);
      expect(findings.every(({ todo }) => todo.length > 10)).toBe(true);
    } finally {
      // The time of the deploy's note, because a restored file counts as changed, too.
      const undone = together(faults.map(({ undo }) => undo).reverse());
      await onHost(lab, `set +e +u; (${undone}) || exit 1; ${putBack}; touch /var/lib/mail-relay/installed.files`);
    }
  });
}
