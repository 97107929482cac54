/** digitalocean.MonitorAlert, UptimeCheck and UptimeAlert: one object in the API each, changed in place. */
import { asText, type Props } from "../../embedded/values";
import { autoName, diffInputs, type ResourceKind } from "../provider";
import { ignoreNotFound, type Client, type Json } from "./client";

interface ApiObject {
  /** Path of the collection for these inputs. */
  collection: (inputs: Props) => string;
  /** Under which key the API answers with the object, and the object's own key of its identity. */
  envelope: string;
  identity: string;
  request: (inputs: Props) => Json;
  replaces: readonly string[];
  /** Whether the provider makes up a name where the program gives none. */
  named: boolean;
}

function objectKind(client: Client, { collection, envelope, identity, request, replaces, named }: ApiObject) {
  const path = (inputs: Props, id: string) => `${collection(inputs)}/${id}`;
  const kind: ResourceKind = {
    check: (inputs, name, old) => (named ? { ...inputs, name: autoName(inputs, name, old) } : inputs),
    diff: (old, inputs) => diffInputs(old, inputs, replaces),
    create: async (inputs, { signal }) => {
      const answer = await client.post(collection(inputs), request(inputs), signal);
      return { id: String((answer[envelope] as Json)[identity]), outputs: inputs };
    },
    update: async (old, inputs, { signal }) => {
      await client.put(path(old.inputs, old.id), request(inputs), signal);
      return inputs;
    },
    delete: async (old, { signal }) => {
      await client.delete(path(old.inputs, old.id), signal).catch(ignoreNotFound);
    },
  };
  return kind;
}

const channels = (given: unknown): Json => {
  const { emails = [], slacks = [] } = (given ?? {}) as { emails?: Json[]; slacks?: Json[] };
  return { email: emails, slack: slacks };
};

/** MonitorAlert on a client. */
export function monitorAlertKind(client: Client): ResourceKind {
  return objectKind(client, {
    collection: () => "/v2/monitoring/alerts",
    envelope: "policy",
    identity: "uuid",
    request: ({ alerts, enabled = true, entities = [], tags = [], ...rest }) => ({
      ...rest,
      alerts: channels(alerts),
      enabled,
      entities,
      tags,
    }),
    replaces: [],
    named: false,
  });
}

/** UptimeCheck on a client. */
export function uptimeCheckKind(client: Client): ResourceKind {
  return objectKind(client, {
    collection: () => "/v2/uptime/checks",
    envelope: "check",
    identity: "id",
    request: ({ name, type = "ping", target, regions = [], enabled = true }) => ({
      name,
      type,
      target,
      regions,
      enabled,
    }),
    replaces: [],
    named: true,
  });
}

/** UptimeAlert on a client; it belongs to one check. */
export function uptimeAlertKind(client: Client): ResourceKind {
  return objectKind(client, {
    collection: ({ checkId }) => `/v2/uptime/checks/${asText(checkId)}/alerts`,
    envelope: "alert",
    identity: "id",
    request: ({ name, type, threshold, comparison, period, notifications }) => ({
      name,
      type,
      threshold,
      comparison,
      period,
      notifications: channels((notifications as Json[] | undefined)?.[0]),
    }),
    replaces: ["checkId"],
    named: true,
  });
}
