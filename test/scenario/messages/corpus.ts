import { dkimVerify } from "mailauth/lib/dkim/verify";
import type { Lab } from "../../../sandbox/lab";
import { eventually, onHost } from "../support";
import { hops, type Hop, type startHops } from "./hops";
import { difference, type Way } from "./promise";
import type { Shape } from "./shape";
import { structures } from "./structures";
import { submitAll } from "./submission";
import { texts } from "./texts";

export const shapes: Shape[] = [...texts, ...structures];

/** What became of each shape at each hop: `ok`, `returned`, or what is wrong. */
export type Results = Map<Shape, string[]>;

/** Sends every shape to every hop, and judges what arrives. */
export async function sendCorpus(
  lab: Lab,
  { sinks }: Awaited<ReturnType<typeof startHops>>,
  options: Way["options"],
  from: "login" | "network",
): Promise<Results> {
  const { address, logins, dnsRecords } = await lab.outputs();
  const before = new Map<Hop, number>();
  for (const hop of hops) before.set(hop, (await sinks.get(hop.name)!.messages()).length);
  const sent = options.rewriting ? shapes.map(fromInside) : shapes;
  await submitAll(
    from === "login"
      ? { host: address, port: 587, localAddress: lab.cloud.strangerClient, as: ["alice", logins.alice!] }
      : { host: address, port: 25, localAddress: lab.cloud.trustedClient },
    sent,
    hops.map(({ domain }) => `bob@${domain}`),
  );
  await eventually(async () => expect(await onHost(lab, "postqueue -j")).toBe(""), 120);
  const keys = dnsRecords as { name: string; type: string; value: string }[];
  const results: Results = new Map();
  for (const [index, shape] of shapes.entries()) {
    const cells: string[] = [];
    for (const hop of hops) {
      const found = (await sinks.get(hop.name)!.messages())
        .slice(before.get(hop))
        .filter(({ raw }) => raw.includes(`X-Shape: ${shape.name}\r\n`));
      cells.push(
        await judged(
          shape,
          sent[index]!.message,
          found.map(({ raw }) => raw),
          { options, from, hop, signed: Boolean(options.dkim && !shape.unsigned) },
          keys,
        ),
      );
    }
    results.set(shape, cells);
  }
  return results;
}

/** The same from an address that is rewritten into the signed domain. */
function fromInside(shape: Shape): Shape {
  const message = shape.message.toString("latin1").replaceAll("alice@example.test", "alice@internal.test");
  return { ...shape, message: Buffer.from(message, "latin1"), from: shape.from ?? "alice@internal.test" };
}

async function judged(
  shape: Shape,
  message: Buffer,
  found: string[],
  way: Way,
  keys: { name: string; type: string; value: string }[],
): Promise<string> {
  const returned = mustReturn(shape, way.hop);
  if (found.length === 0) return returned ? "returned" : "did not arrive";
  // A message may reach a hop by a connection that is open already, where Postfix does not ask again what it offers.
  if (returned && !shape.declares?.includes("SMTPUTF8")) return "arrived, though the hop does not take it";
  if (shape.others === undefined && found.length > 1) return `arrived ${found.length} times`;
  for (const raw of found) {
    const wrong = difference(message, raw, way) ?? (await signatureProblem(raw, way, keys));
    if (wrong) return wrong;
  }
  return "ok";
}

function mustReturn({ message, declares }: Shape, { sink }: Hop): boolean {
  if (sink.size !== undefined && message.length > sink.size) return true;
  return Boolean(declares?.includes("SMTPUTF8") && sink.hides?.includes("SMTPUTF8"));
}

async function signatureProblem(
  raw: string,
  { signed }: Way,
  keys: { name: string; type: string; value: string }[],
): Promise<string | undefined> {
  const resolver = (name: string, type: string) => {
    const record = keys.find((key) => key.name === name && key.type === type);
    if (record) return Promise.resolve([[record.value]]);
    return Promise.reject(Object.assign(new Error(`${name} does not exist`), { code: "ENOTFOUND" }));
  };
  const { results } = await dkimVerify(Buffer.from(raw, "latin1"), { resolver });
  const verdicts = results.map(({ status, signingDomain }) => `${status.result} ${signingDomain ?? ""}`.trim());
  const expected = signed ? "pass example.test" : "none";
  return verdicts.join() === expected ? undefined : `signature: ${verdicts.join()} instead of ${expected}`;
}

/** One line for each shape, and below it what is wrong. */
export function table(title: string, results: Results): string {
  const width = Math.max(...shapes.map(({ name }) => name.length));
  const mark = (cell: string) => (["ok", "returned"].includes(cell) ? cell : "WRONG");
  const columns = hops.map(({ name }) => name.length + 2);
  const row = (first: string, cells: string[]) =>
    [first.padEnd(width + 2), ...cells.map((cell, index) => cell.padEnd(Math.max(columns[index]!, 10)))]
      .join("")
      .trimEnd();
  const lines = [...results].map(([{ name }, cells]) => row(name, cells.map(mark)));
  return [
    title,
    row(
      "",
      hops.map(({ name }) => name),
    ),
    ...lines,
    "",
  ].join("\n");
}

export function problems(results: Results): string[] {
  return [...results].flatMap(([{ name }, cells]) =>
    cells.flatMap((cell, index) =>
      ["ok", "returned"].includes(cell) ? [] : [`${name} at ${hops[index]!.name}: ${cell}`],
    ),
  );
}
