/** What deployments cost; times in milliseconds, one value for each time it was done. */
export interface Samples {
  /** `apt-get update` and `install` of the relay's packages on a booted host, over one SSH session. */
  floor: number[];
  /** `up` of the relay on such a host. */
  hostUp: number[];
  /** `up` of a bare droplet. */
  bareDropletUp: number[];
  /** `up` of the relay with its droplet. */
  dropletUp: number[];
  /** The next `up` of that relay, when nothing has changed. */
  noOpUp: number[];
  /** `up` of a program without a line. */
  emptyUp: number[];
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

/** Messages per second, of our relay and of one with the packages' own defaults. */
export type Throughput = Record<"ours" | "stock", Record<"new" | "persistent", Rates>>;

/** Acknowledged by the relay, and arrived at the next hop. */
export interface Rates {
  accepted: number[];
  delivered: number[];
}

const noRates = (): Record<"new" | "persistent", Rates> => ({
  new: { accepted: [], delivered: [] },
  persistent: { accepted: [], delivered: [] },
});

export const noThroughput = (): Throughput => ({ ours: noRates(), stock: noRates() });

export const noSamples = (): Samples => ({
  floor: [],
  hostUp: [],
  bareDropletUp: [],
  dropletUp: [],
  noOpUp: [],
  emptyUp: [],
  sshConnections: [],
  noOpRemote: [],
});
