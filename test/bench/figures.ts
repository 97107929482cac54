import {
  conditions,
  type Changes,
  type Condition,
  type LongQueue,
  type Memory,
  type Samples,
  type Throughput,
} from "./samples";
import { median } from "./statistics";

/** One line of the result: what was measured and what it should be. */
export interface Figure {
  name: string;
  value: string;
  goal: string;
  met: boolean;
  /** What the value was made of. */
  from: string;
}

/** The figures of docs/performance.md. */
export function figures(samples: Samples): Figure[] {
  return [
    ratio("fresh up on a booted host : bare apt-get", samples.hostUp, samples.floor, 1.1),
    ratio("no-op up : one-file compiled program with the same resources", samples.noOpUp, samples.resourcesUp, 1.1),
    count("SSH connections per fresh up", samples.sshConnections, 5),
    count("remote commands per no-op up", samples.noOpRemote, 0),
    ratio("fresh up with droplet : bare droplet, then apt-get", samples.dropletUp, samples.dropletFloor, 0.9),
    ratio("the same : bare droplet, then apt-get of its packages", samples.dropletUp, samples.dropletOwnFloor, 0.8),
  ];
}

/** What it costs to change a relay that serves. */
export function changeFigures(changes: Changes): Figure[] {
  return [
    count("remote commands per rotated password", changes.rotationRemote, 2),
    ratio("rotation of one password : bare SSH true", changes.rotation, changes.sshTrue),
    ratio("1,000 users seeded : one user", changes.thousandUsers, changes.oneUser, 1.1),
    ratio("every step on an unchanged host : no-op up", changes.unchanged, changes.noOp),
    count("failed sessions while a parameter changes", changes.failedSessions, 0),
  ];
}

/** What a relay takes and passes on, against the packages' own defaults. */
export function throughputFigures({ ours, stock }: Throughput): Figure[] {
  const goal = 1.5;
  return (Object.entries(conditions) as [Condition, string][]).flatMap(([condition, words]) => [
    ...(["accepted", "delivered"] as const).map((kind) => {
      const [mine, base] = [ours[condition][kind], stock[condition][kind]];
      const value = median(mine) / median(base);
      const name = `${kind} per second, ${words} : stock`;
      return {
        name,
        value: value.toFixed(2),
        goal: `>= ${goal}`,
        met: value >= goal,
        from: `${rates(mine)} : ${rates(base)}`,
      };
    }),
    processorTime(`processor time of a message, ${words} : stock`, ours[condition].cpuMs, stock[condition].cpuMs),
  ]);
}

/** What a relay at rest takes of a host's memory, with all its services. */
export function memoryFigures({ bare, relay }: Memory): Figure[] {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  const beyond = median(relay) - median(bare);
  return [
    {
      name: "memory at rest beyond the bare host, MB",
      value: megabytes(beyond),
      goal: "<= 200",
      met: beyond <= 200e6,
      from: `${megabytes(median(relay))} MB - ${megabytes(median(bare))} MB`,
    },
  ];
}

/** What the command takes for 10,000 deferred messages. */
export function longQueueFigures(queue: LongQueue): Figure[] {
  return [
    ratio("list of 10,000 messages : postqueue -j", queue.list, queue.postqueue),
    ratio("delete of 10,000 messages : postsuper -d ALL", queue.delete, queue.deleteAll, 3),
    ratio("undelete of 10,000 messages : postsuper -r ALL", queue.undelete, queue.requeueAll, 3),
  ];
}

/** What is left where the cores are shared with client and next hop, or with anything else. */
function processorTime(name: string, mine: number[], base: number[]): Figure {
  const value = (median(mine) / median(base)).toFixed(2);
  return {
    name,
    value,
    goal: "none",
    met: true,
    from: `${median(mine).toFixed(1)} ms : ${median(base).toFixed(1)} ms`,
  };
}

function rates(values: number[]): string {
  return `${median(values).toFixed(0)}/s (${Math.max(...values).toFixed(0)}-${Math.min(...values).toFixed(0)})`;
}

/** Without a goal it is there to be known. */
function ratio(name: string, times: number[], base: number[], goal = Infinity): Figure {
  const value = median(times) / median(base);
  return {
    name,
    value: value.toFixed(2),
    goal: goal === Infinity ? "none" : `<= ${goal}`,
    met: value <= goal,
    from: `${seconds(times)} : ${seconds(base)}`,
  };
}

/** The worst counts: a goal that is met most of the time is not met. */
function count(name: string, counts: number[], goal: number): Figure {
  const value = Math.max(...counts);
  return {
    name,
    value: String(value),
    goal: `<= ${goal}`,
    met: value <= goal,
    from: `the most of ${counts.length} ups`,
  };
}

/** Median, and in brackets the fastest and the slowest. */
function seconds(times: number[]): string {
  const text = (ms: number) => (ms / 1000).toFixed(1);
  return `${text(median(times))} s (${text(Math.min(...times))}-${text(Math.max(...times))})`;
}

/** The figures as a table for a terminal, which docs/performance.md takes as it is. */
export function table(list: Figure[]): string {
  const rows = [
    ["figure", "value", "goal", "met", "median (fastest-slowest)"],
    ...list.map(({ name, value, goal, met, from }) => [name, value, goal, met ? "yes" : "NO", from]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const [head, ...body] = rows.map(line);
  return [head, line(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}
