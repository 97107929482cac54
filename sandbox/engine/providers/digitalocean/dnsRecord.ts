/** digitalocean.DnsRecord. */
import { asText, type Props } from "../../embedded/values";
import { diffInputs, type ResourceKind } from "../provider";
import type { Client, Json } from "./client";

/** Their data are names: the API gives them without the closing dot, the program writes it. */
const NAMED_TYPES = ["CNAME", "MX", "NS", "SRV", "CAA"];
const NUMBERS = ["port", "priority", "ttl", "weight", "flags"];
const REQUIRED: Record<string, string[]> = { MX: ["priority"], SRV: ["priority", "weight"], CAA: ["flags", "tag"] };

function requestOf(inputs: Props): Json {
  const request: Json = { type: inputs.type, name: inputs.name, data: inputs.value };
  for (const key of [...NUMBERS, "tag"]) {
    if (inputs[key] !== undefined) {
      request[key] = inputs[key];
    }
  }
  return request;
}

function fqdn(name: string, domain: string): string {
  if (name === "@") {
    return domain;
  }
  const lower = name.toLowerCase();
  return lower.endsWith(`${domain}.`) ? lower.replace(/\.$/, "") : `${name}.${domain}`;
}

function outputsOf(record: Json, inputs: Props): Props {
  const { type, name, data, tag } = record as Record<string, string>;
  const dotted = NAMED_TYPES.includes(String(type)) && data !== "@" && tag !== "iodef";
  const outputs: Json = {
    ...inputs,
    name,
    type,
    value: dotted ? `${data}.` : data,
    fqdn: fqdn(String(name), asText(inputs.domain)),
  };
  for (const key of [...NUMBERS, "tag"]) {
    if (record[key] !== null && record[key] !== undefined) {
      outputs[key] = record[key];
    }
  }
  return outputs as Props;
}

/** A name within the domain may be written in full. */
function comparable(inputs: Props): Props {
  const suffix = `.${asText(inputs.domain)}.`;
  const name = asText(inputs.name);
  const short = name === suffix.slice(1) ? "@" : name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  return { ...inputs, name: short };
}

/** DnsRecord on a client. */
export function dnsRecordKind(client: Client): ResourceKind {
  const path = (domain: unknown) => `/v2/domains/${String(domain)}/records`;
  return {
    check: (inputs) => {
      const missing = (REQUIRED[asText(inputs.type)] ?? []).filter((key) => inputs[key] === undefined);
      if (missing.length > 0) {
        throw new Error(`\`${missing[0]}\` is required for when type is \`${asText(inputs.type)}\``);
      }
      return inputs;
    },
    diff: (old, inputs) => {
      const before = { ...old, inputs: comparable(old.inputs) };
      return diffInputs(before, comparable(inputs), ["type", "domain"]);
    },
    create: async (inputs, { signal }) => {
      const answer = await client.post(path(inputs.domain), requestOf(inputs), signal);
      const record = answer.domain_record as Json;
      return { id: String(record.id), outputs: outputsOf(record, inputs) };
    },
    update: async (old, inputs, { signal }) => {
      const answer = await client.put(`${path(inputs.domain)}/${old.id}`, requestOf(inputs), signal);
      return outputsOf(answer.domain_record as Json, inputs);
    },
    delete: (old, { signal }) => client.delete(`${path(old.inputs.domain)}/${old.id}`, signal),
  };
}
