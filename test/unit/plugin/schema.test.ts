import * as fs from "node:fs";
import * as path from "node:path";
import { ComponentProvider } from "@pulumi/pulumi/provider/experimental";
import { MailRelay } from "../../../components";

const root = path.join(__dirname, "..", "..", "..");
const golden = path.join(root, "components", "schema.json");

/** The schema is what other languages see; UPDATE_GOLDEN=1 writes it anew, for a person to read the difference. */
test("the public surface is the reviewed one, and can be offered to every language of Pulumi", async () => {
  // The version changes with every release, the surface should not.
  const provider = new ComponentProvider({
    components: [MailRelay],
    dirname: root,
    name: "pulumi-mail-relay",
    version: "0.0.0",
  });
  const schema = JSON.stringify(JSON.parse(await provider.getSchema()), undefined, 2) + "\n";
  if (process.env.UPDATE_GOLDEN) fs.writeFileSync(golden, schema);
  expect(schema).toBe(fs.readFileSync(golden, "utf8"));
}, 120_000);
