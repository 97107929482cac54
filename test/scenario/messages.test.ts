import type { ConfigChanges } from "../../sandbox/labConfig";
import type { Lab } from "../../sandbox/lab";
import { problems, sendCorpus, shapes, table } from "./messages/corpus";
import { startHops } from "./messages/hops";
import type { Way } from "./messages/promise";
import { patience, testLab } from "./support";

jest.setTimeout(patience);

let lab: Lab;
let hops: Awaited<ReturnType<typeof startHops>>;

beforeAll(async () => {
  lab = await testLab("messages");
  hops = await startHops(lab.cloud.gateway);
});

afterAll(async () => {
  await hops?.close();
  await lab?.close();
});

const rewriting: ConfigChanges["rewriting"] = {
  senders: [{ from: "@internal.test", to: "@example.test" }],
  canonical: [{ from: "bob@receiver.test", to: "robert@receiver.test" }],
};

const headerChecks: ConfigChanges["headerChecks"] = [
  { header: "User-Agent", action: "remove" },
  { header: "Precedence", action: "replace", text: "Precedence: bulk" },
  { header: "Subject", pattern: "^\\[list\\]", action: "prepend", text: "X-List: yes" },
];

const ways: [name: string, options: Way["options"], changes: ConfigChanges][] = [
  ["default", { hideClients: true }, {}],
  ["dkim", { hideClients: true, dkim: true }, { dkim: {} }],
  ["dkim, rewriting", { hideClients: true, dkim: true, rewriting: true }, { dkim: {}, rewriting }],
  ["headerChecks, hideClients: false", { headerChecks: true }, { headerChecks, hideClients: false }],
];

test.each(ways)("every shape of message arrives whole at every hop with %s", async (name, options, changes) => {
  lab.configure({
    users: [{ login: "alice", allowedSenders: ["alice@example.test", "@internal.test"] }],
    limits: { recipientsPerHour: 0 },
    transports: hops.transports,
    preflight: "off",
    ...changes,
  });
  await lab.up();
  const results = await sendCorpus(lab, hops, options);
  process.stdout.write(table(name, results));
  expect(problems(results)).toEqual([]);
  expect(results.size).toBe(shapes.length);
});
