import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { MAIL_RELAY } from "../../compiled";

jest.setTimeout(60_000);

function mailRelay(...args: string[]) {
  const env = { HOME: tmpdir(), PATH: tmpdir() };
  return spawnSync(process.execPath, [MAIL_RELAY, ...args], { cwd: tmpdir(), env, encoding: "utf8" });
}

const question = ["--sender", "a@example.com", "--recipient", "b@example.net"];

test.each([
  { args: ["doctor", "--resolver", "dns.example"], told: "It must be an IP address" },
  { args: ["doctor", "--seconds", "0"], told: "It must be a whole number, 1 or more" },
  { args: ["ask", "--from-client", "somewhere", ...question], told: "It must be an IPv4 or IPv6 address" },
  { args: ["ask", ...question], told: "required option '--from-client <address>' not specified" },
  {
    args: ["ask", "--from-client", "192.0.2.1", "--sender", "a@b\r\nDATA", "--recipient", "c@d"],
    told: "without spaces",
  },
  {
    args: ["ask", "--from-client", "192.0.2.1", ...question, "--listener", "465"],
    told: "Allowed choices are 25, 587",
  },
  { args: ["send", "--to", "b@example.net"], told: "required option '--as <login>' not specified" },
  { args: ["users", "--days", "some"], told: "It must be a whole number" },
  { args: ["settings"], told: "missing required argument 'login'" },
])("wrong usage is exit code 2 and one sentence: $args", ({ args, told }) => {
  const { status, stdout, stderr } = mailRelay(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(told);
  expect(stderr).not.toContain("    at ");
});

test.each(["status", "doctor", "send", "ask", "users", "drift", "settings"])("%s teaches in its help", (command) => {
  const { status, stdout } = mailRelay(command, "--help");
  expect(status).toBe(0);
  expect(stdout).toMatch(new RegExp(`^  .*mail-relay .*${command}`, "m"));
});
