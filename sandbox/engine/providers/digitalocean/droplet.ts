/** digitalocean.Droplet. */
import { createHash } from "node:crypto";
import { asText, sameValue, type Props, type Value } from "../../embedded/values";
import { autoName, diffInputs, IncompleteError, type OperationContext, type ResourceKind } from "../provider";
import { ApiError, type Client, type Json } from "./client";
import { updateDroplet } from "./dropletUpdate";
import type { Pace } from "./wait";

const REPLACES = [
  "userData",
  "image",
  "region",
  "sshKeys",
  "monitoring",
  "dropletAgent",
  "vpcUuid",
  "publicNetworking",
];
const DEFAULTS: Props = {
  monitoring: false,
  backups: false,
  ipv6: false,
  resizeDisk: true,
  gracefulShutdown: false,
  userData: "",
};
/** Not naming these leaves them as they are. */
const KEPT_WHEN_ABSENT = ["region", "vpcUuid", "volumeIds", "ipv6Address", "privateNetworking"];
const SETS = ["sshKeys", "tags", "volumeIds"];
const CREATE_LIMIT_MS = 3_600_000;
const DELETE_LIMIT_MS = 60_000;

/** The inputs in a form in which equal means unchanged. */
function comparable(inputs: Props, old: Props): Props {
  const result: Props = { ...DEFAULTS, ...inputs };
  for (const key of KEPT_WHEN_ABSENT) {
    if (inputs[key] === undefined && old[key] !== undefined) {
      result[key] = old[key];
    }
  }
  for (const key of SETS) {
    const list = result[key];
    if (Array.isArray(list)) {
      result[key] = list.map(String).sort();
    }
  }
  return result;
}

/** Provider identifiers and SSH key references are numbers or texts; the API tells them apart. */
function numberOrText(value: Value | undefined): unknown {
  return /^\d+$/.test(asText(value)) ? Number(value) : value;
}

function createRequest(inputs: Props): Json {
  const { name, region, size, image, tags, userData, vpcUuid, dropletAgent, publicNetworking } = inputs;
  const request: Json = {
    name,
    region: region ?? "",
    size,
    image: numberOrText(image),
    ssh_keys: ((inputs.sshKeys ?? []) as Value[]).map(numberOrText),
    backups: inputs.backups ?? false,
    ipv6: inputs.ipv6 ?? false,
    private_networking: inputs.privateNetworking ?? false,
    monitoring: inputs.monitoring ?? false,
    tags: tags ?? [],
  };
  const optional = {
    user_data: userData === "" ? undefined : userData,
    vpc_uuid: vpcUuid,
    with_droplet_agent: dropletAgent,
    public_networking: publicNetworking,
    volumes: inputs.volumeIds,
  };
  return { ...request, ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) };
}

interface Network {
  type: string;
  ip_address: string;
}

function addressOf(list: Network[] | undefined, type: string): string {
  return list?.find((network) => network.type === type)?.ip_address ?? "";
}

/** What the SDK calls the API's fields. */
function dropletOutputs(droplet: Json, inputs: Props): Props {
  const networks = droplet.networks as { v4?: Network[]; v6?: Network[] };
  const size = droplet.size as Json;
  const features = (droplet.features ?? []) as string[];
  const outputs = {
    ...DEFAULTS,
    ...inputs,
    name: droplet.name,
    dropletUrn: `do:droplet:${String(droplet.id)}`,
    region: (droplet.region as Json).slug,
    size: size.slug,
    priceHourly: size.price_hourly,
    priceMonthly: size.price_monthly,
    disk: droplet.disk,
    vcpus: droplet.vcpus,
    memory: droplet.memory,
    status: droplet.status,
    locked: droplet.locked,
    createdAt: droplet.created_at,
    vpcUuid: droplet.vpc_uuid,
    ipv4Address: addressOf(networks.v4, "public"),
    ipv4AddressPrivate: addressOf(networks.v4, "private"),
    ipv6Address: addressOf(networks.v6, "public").toLowerCase(),
    backups: features.includes("backups"),
    ipv6: features.includes("ipv6"),
    privateNetworking: features.includes("private_networking"),
    monitoring: features.includes("monitoring"),
    volumeIds: droplet.volume_ids,
    tags: droplet.tags,
    // The original keeps a hash, not the text.
    userData:
      typeof inputs.userData === "string" ? createHash("sha1").update(inputs.userData).digest("hex") : undefined,
  };
  return Object.fromEntries(
    Object.entries(outputs).filter(([, value]) => value !== undefined && value !== null),
  ) as Props;
}

/** Droplet on a client, at a pace. */
export function dropletKind(client: Client, pace: Pace): ResourceKind {
  const path = (id: string) => `/v2/droplets/${id}`;
  const look = async (id: string, context: OperationContext): Promise<Json> => {
    try {
      return (await client.get(path(id), context.signal)).droplet as Json;
    } catch (error) {
      throw error instanceof ApiError
        ? new ApiError(error.status, `Error retrieving droplet: ${error.message}`)
        : error;
    }
  };
  /** A locked droplet is in the middle of something: only an unlocked one counts. */
  const until = (
    id: string,
    what: string,
    test: (droplet: Json) => boolean,
    limitMs: number,
    context: OperationContext,
  ) =>
    pace.until(
      what,
      async () => {
        const droplet = await look(id, context);
        return droplet.locked !== true && test(droplet) ? droplet : undefined;
      },
      limitMs,
      context.signal,
    );

  return {
    check: (inputs, name, old) => ({ ...inputs, name: autoName(inputs, name, old) }),
    diff: (old, inputs) => {
      const before = { ...old, inputs: comparable(old.inputs, old.inputs) };
      const after = comparable(inputs, old.inputs);
      const diff = diffInputs(before, after, REPLACES);
      // IPv6 can be switched on, but not off.
      if (!sameValue(before.inputs.ipv6, after.ipv6) && after.ipv6 === false) {
        diff.replaces.push("ipv6");
      }
      return diff;
    },
    create: async (inputs, context) => {
      const answer = await client
        .post("/v2/droplets", createRequest(inputs), context.signal)
        .catch((error: unknown) => {
          throw new Error(`Error creating droplet: ${(error as Error).message}`);
        });
      const id = String((answer.droplet as Json).id);
      try {
        const droplet = await until(id, "state to become 'active'", isActive, CREATE_LIMIT_MS, context);
        return { id, outputs: dropletOutputs(droplet, inputs) };
      } catch (error) {
        const message = `Error waiting for droplet (${id}) to become ready: ${(error as Error).message}`;
        throw new IncompleteError(message, { id, outputs: inputs });
      }
    },
    update: async (old, inputs, context) => {
      const tools = {
        client,
        until: (what: string, test: (droplet: Json) => boolean) => until(old.id, what, test, CREATE_LIMIT_MS, context),
      };
      await updateDroplet(old, inputs, context, tools);
      const droplet = await look(old.id, context);
      const ready = isActive(droplet)
        ? droplet
        : await until(old.id, "state to become 'active'", isActive, CREATE_LIMIT_MS, context);
      return dropletOutputs(ready, inputs);
    },
    delete: async (old, context) => {
      const { id } = old;
      await until(id, "droplet to be unlocked for destroy", () => true, DELETE_LIMIT_MS, context);
      if (old.inputs.gracefulShutdown === true) {
        await client.post(`${path(id)}/actions`, { type: "shutdown" }, context.signal);
        await until(id, "droplet to become off", (droplet) => droplet.status === "off", DELETE_LIMIT_MS, context);
      }
      await client.delete(path(id), context.signal);
      const isGone = () =>
        look(id, context).then(
          (droplet) => (droplet.status === "archive" ? true : undefined),
          (error: unknown) => {
            if (error instanceof ApiError && error.status === 404) {
              return true;
            }
            throw error;
          },
        );
      await pace.until("droplet to be destroyed", isGone, DELETE_LIMIT_MS, context.signal);
    },
    read: async (id, context) => {
      try {
        return dropletOutputs(await look(id, context), {});
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) {
          return undefined;
        }
        throw error;
      }
    },
  };
}

function isActive(droplet: Json): boolean {
  return droplet.status === "active" && droplet.locked !== true;
}
