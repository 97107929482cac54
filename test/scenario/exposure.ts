import type { Lab } from "../../sandbox/lab";
import { onHost } from "./support";

/** How exposed each running service of ours is, from 0 to 10, as systemd sees it. */
export async function exposures(lab: Lab): Promise<[unit: string, exposure: number][]> {
  const table = await onHost(lab, "systemd-analyze security --no-pager");
  return [...table.matchAll(/^\W*(mail-relay-\S+\.service) +([\d.]+) /gm)].map(([, unit = "", exposure]) => [
    unit,
    Number(exposure),
  ]);
}

/** The most that a service of ours may be. */
export const mostExposed = 3;
