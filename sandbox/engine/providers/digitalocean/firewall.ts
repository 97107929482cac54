/** digitalocean.Firewall. */
import type { Props, Value } from "../../embedded/values";
import { autoName, isKnown, type ResourceKind } from "../provider";
import { changedKeys } from "../../embedded/values";
import { ignoreNotFound, type Client, type Json } from "./client";

const PEERS = {
  Addresses: "addresses",
  DropletIds: "droplet_ids",
  LoadBalancerUids: "load_balancer_uids",
  KubernetesIds: "kubernetes_ids",
  Tags: "tags",
};

type Direction = {
  rules: "inboundRules" | "outboundRules";
  prefix: "source" | "destination";
  peers: "sources" | "destinations";
};
const INBOUND: Direction = { rules: "inboundRules", prefix: "source", peers: "sources" };
const OUTBOUND: Direction = { rules: "outboundRules", prefix: "destination", peers: "destinations" };

function rulesOf(inputs: Props, { rules }: Direction): Props[] {
  const list = inputs[rules];
  return Array.isArray(list) ? (list as Props[]) : [];
}

function checkRules(inputs: Props, direction: Direction): void {
  for (const { protocol, portRange } of rulesOf(inputs, direction)) {
    if (portRange === undefined && isKnown(protocol) && protocol !== "icmp") {
      throw new Error(`\`port_range\` of ${direction.rules} is required if protocol is \`tcp\` or \`udp\``);
    }
  }
}

function requestRules(inputs: Props, direction: Direction): Json[] {
  return rulesOf(inputs, direction).map((rule) => {
    const peers = Object.entries(PEERS).map(([name, key]) => [key, rule[direction.prefix + name]]);
    return {
      protocol: rule.protocol,
      ports: rule.portRange ?? "",
      [direction.peers]: Object.fromEntries(peers.filter(([, list]) => list !== undefined)) as Json,
    };
  });
}

function requestOf(inputs: Props): Json {
  return {
    name: inputs.name,
    inbound_rules: requestRules(inputs, INBOUND),
    outbound_rules: requestRules(inputs, OUTBOUND),
    droplet_ids: ((inputs.dropletIds ?? []) as Value[]).map(Number),
    tags: inputs.tags ?? [],
  };
}

function outputsOf(firewall: Json, inputs: Props): Props {
  const pending = ((firewall.pending_changes ?? []) as Json[]).map((change) => ({
    dropletId: change.droplet_id,
    removing: change.removing,
    status: change.status,
  }));
  return { ...inputs, status: firewall.status, createdAt: firewall.created_at, pendingChanges: pending } as Props;
}

/** The same rules in another order are the same rules. */
function comparable(inputs: Props): Props {
  const sorted = (value: Value | undefined): Value =>
    Array.isArray(value) ? value.map(sorted).sort((one, other) => order(one, other)) : sortedObject(value ?? null);
  const sortedObject = (value: Value): Value =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((key) => [key, sorted(value[key])]),
        )
      : value;
  return sortedObject(inputs) as Props;
}

function order(one: Value, other: Value): number {
  const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
  return left < right ? -1 : Number(left > right);
}

/** Firewall on a client. */
export function firewallKind(client: Client): ResourceKind {
  return {
    check: (inputs, name, old) => {
      checkRules(inputs, INBOUND);
      checkRules(inputs, OUTBOUND);
      return { ...inputs, name: autoName(inputs, name, old) };
    },
    diff: (old, inputs) => ({ changed: changedKeys(comparable(old.inputs), comparable(inputs)), replaces: [] }),
    create: async (inputs, { signal }) => {
      const firewall = (await client.post("/v2/firewalls", requestOf(inputs), signal)).firewall as Json;
      return { id: String(firewall.id), outputs: outputsOf(firewall, inputs) };
    },
    update: async (old, inputs, { signal }) => {
      const answer = await client.put(`/v2/firewalls/${old.id}`, requestOf(inputs), signal);
      return outputsOf(answer.firewall as Json, inputs);
    },
    delete: (old, { signal }) => client.delete(`/v2/firewalls/${old.id}`, signal),
    read: async (id, { signal }) => {
      const answer = await client.get(`/v2/firewalls/${id}`, signal).catch(ignoreNotFound);
      return answer && outputsOf(answer.firewall as Json, {});
    },
  };
}
