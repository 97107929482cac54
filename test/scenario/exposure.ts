import type { Lab } from "../../sandbox/lab";
import { onHost } from "./support";

const ours = "cd /etc/systemd/system; ls -d mail-relay-*.service";
// Up to Debian 12 postfix.service is only a wrapper.
const postfix = "ls -d /etc/systemd/system/postfix*.service.d | sed 's:.*/::; s:[.]d$::'";

/** How exposed each service of ours and Postfix's is, from 0 to 10, as systemd sees it, whether it runs now or not. */
export async function exposures(lab: Lab): Promise<Map<string, number>> {
  const ask = "systemd-analyze security --no-pager $unit | tail -n 1";
  const text = await onHost(lab, `for unit in $(${ours}; ${postfix}); do ${ask}; done`);
  const found = [...text.matchAll(/ exposure level for (\S+): ([\d.]+) /g)];
  return new Map(found.map(([, unit = "", exposure]) => [unit, Number(exposure)]));
}

/** Those of them that are more exposed than they may be. */
export function tooExposed(found: Map<string, number>): [string, number][] {
  // Postfix runs the commands of aliases and .forward files, which may be anything.
  return [...found].filter(([unit, exposure]) => exposure > (unit.startsWith("postfix") ? 4.5 : 3));
}
