import { RelaySettings } from "../settings/settings";

/** What the proof also looks at, for warnings alone; see `host/reputation.py`. */
interface ReputationPlan {
  reputation?: {
    /** The name the world must find for this host. */
    hostname: string;
    /** The block lists it must not be on. */
    lists: string[];
  };
}

/** Nothing behind a smart host, where nobody sees the relay's address. */
export function reputationPlan({ myHostname, relayHost, blockLists }: RelaySettings): ReputationPlan {
  return relayHost ? {} : { reputation: { hostname: myHostname, lists: blockLists } };
}
