/** What deployments cost; times in milliseconds, one value for each time it was done. */
export interface Samples {
  /** `apt-get update` and `install` of the four packages a relay is made of, on a booted host, over one SSH session. */
  floor: number[];
  /** `up` of the relay on such a host. */
  hostUp: number[];
  /** `up` of a bare droplet, and that after it. */
  dropletFloor: number[];
  /** The same with all packages that this relay installs. */
  dropletOwnFloor: number[];
  /** `up` of the relay with its droplet. */
  dropletUp: number[];
  /** The next `up` of that relay, when nothing has changed. */
  noOpUp: number[];
  /** The next `up` of a compiled program in one file with the same resources. */
  resourcesUp: number[];
  /** Logins that the host's sshd counted in each `up` of a relay from nothing. */
  sshConnections: number[];
  /** Commands run on the host, and logins it counted, in each no-op `up`. */
  noOpRemote: number[];
}

/** What changes of a relay that serves cost; times in milliseconds. */
export interface Changes {
  /** `up` with one password rotated. */
  rotation: number[];
  /** Commands each of those ran on the host. */
  rotationRemote: number[];
  /** `true` over one SSH session. */
  sshTrue: number[];
  /** `up` when nothing has changed. */
  noOp: number[];
  /** `up` whose steps all run and find the host as it should be, because the state was lost. */
  unchanged: number[];
  /** The users step of an `up` from one user to a thousand. */
  thousandUsers: number[];
  /** The users step of an `up` from a thousand users to one. */
  oneUser: number[];
  /** Client sessions that failed while a parameter of main.cf was changed. */
  failedSessions: number[];
}

export const noChanges = (): Changes => ({
  rotation: [],
  rotationRemote: [],
  sshTrue: [],
  noOp: [],
  unchanged: [],
  thousandUsers: [],
  oneUser: [],
  failedSessions: [],
});

/** What throughput is measured under, with the words for it. */
export const conditions = {
  new: "new sessions",
  slowReverseDns: "new sessions, reverse DNS of 100 ms",
  persistent: "persistent sessions",
} as const;
export type Condition = keyof typeof conditions;

/** Messages per second, of our relay and of one with the packages' own defaults. */
export type Throughput = Record<"ours" | "stock", Record<Condition, Rates>>;

/** Messages per second that the relay acknowledged, and that arrived at the next hop. */
interface Rates {
  accepted: number[];
  delivered: number[];
  /** Milliseconds of processor time that the relay's machine took for a message until it was delivered. */
  cpuMs: number[];
}

const noRates = (): Rates => ({ accepted: [], delivered: [], cpuMs: [] });

const noneOfAny = (): Record<Condition, Rates> => ({
  new: noRates(),
  slowReverseDns: noRates(),
  persistent: noRates(),
});

export const noThroughput = (): Throughput => ({ ours: noneOfAny(), stock: noneOfAny() });

/** Bytes of memory that all processes of a host at rest use. */
export interface Memory {
  bare: number[];
  relay: number[];
}

export const noMemory = (): Memory => ({ bare: [], relay: [] });

/** Milliseconds that the command, and Postfix's own programs, take for a queue of thousands. */
export interface LongQueue {
  list: number[];
  postqueue: number[];
  delete: number[];
  /** `postsuper -d ALL`. */
  deleteAll: number[];
  undelete: number[];
  /** `postsuper -r ALL`. */
  requeueAll: number[];
}

export const noLongQueue = (): LongQueue => ({
  list: [],
  postqueue: [],
  delete: [],
  deleteAll: [],
  undelete: [],
  requeueAll: [],
});

export const noSamples = (): Samples => ({
  floor: [],
  hostUp: [],
  dropletFloor: [],
  dropletOwnFloor: [],
  dropletUp: [],
  noOpUp: [],
  resourcesUp: [],
  sshConnections: [],
  noOpRemote: [],
});
