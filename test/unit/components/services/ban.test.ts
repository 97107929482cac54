import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ban } from "../../../../components/services/ban/service";
import { PROJECT_ROOT } from "../../../../sandbox/paths";
import { fullSettings } from "../fixtures";

const cases = join(PROJECT_ROOT, "test", "python", "cases", "log-lines");

interface LogLine {
  given: { program: string; text: string };
  expected: { kind: string; fields: Record<string, string | null> } | null;
}

/** The filter's expression for what it finds, as fail2ban reads it: the address in place of <ADDR>. */
function failures(): RegExp {
  const service = ban.of(fullSettings({ limits: { ban: {} } }), {}, []);
  const filter = service?.files.find(({ path }) => path.endsWith("filter.d/mail-relay.conf"))?.body;
  return new RegExp(/^failregex = (.*)$/m.exec(filter ?? "")![1]!.replace("<ADDR>", "(?<address>[0-9a-fA-F.:]+)"));
}

test.each(readdirSync(cases))("the ban takes the address of a failed login, and of nothing else: %s", (name) => {
  const { given, expected } = JSON.parse(readFileSync(join(cases, name), "utf8")) as LogLine;
  const found = failures().exec(`relay ${given.program}[4711]: ${given.text}`);
  const address = expected?.kind === "login failure" ? expected.fields.address : undefined;
  expect(found?.groups?.address).toBe(address);
});

test.each([
  ["authentication failure, sasl_username=alice@example.com", "203.0.113.9"],
  ["another mistake", "203.0.113.9"],
  // The relay's own: the program that checks passwords does not run.
  ["generic failure, sasl_username=alice@example.com", undefined],
])("the ban counts what the client has done wrong: %s", (reason, address) => {
  const line = `warning: unknown[203.0.113.9]: SASL PLAIN authentication failed: ${reason}`;
  const found = failures().exec(`relay postfix/submission/smtpd[4711]: ${line}`);
  expect(found?.groups?.address).toBe(address);
});
