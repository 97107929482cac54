import { chosenParameter } from "./chosenParameters";

/** The fewest connections an address may be held to: a deploy itself has up to 4 at a time, and its clients some. */
export const fewestConnections = 10;

type Chosen = Parameters<typeof chosenParameter>[0];

/** How many clients a listener serves at a time, each by a process; Postfix's own default is the same in every release. */
export function listenerProcesses(chosen: Chosen): number {
  return Number(chosenParameter(chosen, "default_process_limit") ?? "100");
}

/** How many of them one address gets: a few addresses must not fill a listener. */
export function connectionsPerAddress(chosen: Chosen): number {
  const quarter = Math.floor(listenerProcesses(chosen) / 4);
  return Number.isFinite(quarter) ? Math.max(fewestConnections, quarter) : 25;
}
