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

/** What a way of mail does to it with these changes. */
interface Round {
  changes: ConfigChanges;
  login: Way["options"];
  /** Also without a login, from `myNetworks`, whose clients are never hidden. */
  network?: Way["options"];
}

const rounds: [name: string, round: Round][] = [
  ["default", { changes: {}, login: { hideClients: true } }],
  ["dkim", { changes: { dkim: {} }, login: { hideClients: true, dkim: true }, network: { dkim: true } }],
  ["dkim, rewriting", { changes: { dkim: {}, rewriting }, login: { hideClients: true, dkim: true, rewriting: true } }],
  [
    "headerChecks, hideClients: false",
    { changes: { headerChecks, hideClients: false }, login: { headerChecks: true } },
  ],
];

test.each(rounds)("every shape of message arrives whole at every hop with %s", async (name, round) => {
  lab.configure({
    users: [{ login: "alice", allowedSenders: ["alice@example.test", "@internal.test"] }],
    limits: { recipientsPerHour: 0 },
    transports: hops.transports,
    myNetworks: [`${lab.cloud.trustedClient}/32`],
    preflight: "off",
    ...round.changes,
  });
  await lab.up();
  for (const from of ["login", "network"] as const) {
    const options = round[from];
    if (!options) continue;
    const results = await sendCorpus(lab, hops, options, from);
    process.stdout.write(table(`${name}, from a ${from}`, results));
    expect(problems(results)).toEqual([]);
    expect(results.size).toBe(shapes.length);
  }
});
