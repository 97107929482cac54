import fc from "fast-check";
import { renderAliases, renderAnySender, renderSenderLogins } from "../../../../components/postfix/tables";
import type { UserInput } from "../../../../components/settings/input";
import { fullSettings } from "../fixtures";

const settings = fullSettings({
  users: [
    { login: "alice" },
    { login: "shop", allowedSenders: ["orders@shop.example", "@news.example"] },
    { login: "writer", allowedSenders: ["Editor@news.example"] },
    { login: "gateway", allowedSenders: ["any"] },
  ],
});

/** A table's rows. */
const rowsOf = (text: string) =>
  Object.fromEntries(
    text
      .split("\n")
      .filter((row) => row !== "")
      .map((row): [string, string] => [row.slice(0, row.indexOf(" ")), row.slice(row.indexOf(" ") + 1)]),
  );

test("each sender lists all logins that may use it, in both forms", () => {
  expect(rowsOf(renderSenderLogins(settings))).toEqual({
    "@news.example": "shop, shop@example.com",
    "alice@example.com": "alice, alice@example.com",
    "editor@news.example": "shop, shop@example.com, writer, writer@example.com",
    "orders@shop.example": "shop, shop@example.com",
  });
});

test("a login that may use any sender is asked for none", () => {
  expect(rowsOf(renderAnySender(settings))).toEqual({ gateway: "permit", "gateway@example.com": "permit" });
  expect(renderAnySender(fullSettings())).toBe("");
});

/** What smtpd answers to a login and a sender: its order of look-ups, and comparisons without case. */
function mayUse(users: UserInput[], login: string, sender: string): boolean {
  const rendered = fullSettings({ users });
  const any = Object.keys(rowsOf(renderAnySender(rendered)));
  if (any.includes(login)) return true;
  const table = rowsOf(renderSenderLogins(rendered));
  const address = sender.toLowerCase();
  const [local = "", domain = ""] = address.split("@");
  const keys = [address, `${local.replace(/(?<=.)\+.*/, "")}@${domain}`, `@${domain}`];
  const owners = keys.map((key) => table[key]).find((found) => found !== undefined);
  return owners?.split(", ").includes(login) ?? false;
}

const locals = ["alice", "Alice", "bob", "alice+shop", "alice+a+b", "bob+x", "+x", "Bob+X"];
const domains = ["example.com", "Example.COM", "shop.example", "sub.shop.example"];
const address = fc
  .tuple(fc.constantFrom(...locals), fc.constantFrom(...domains))
  .map(([local, domain]) => `${local}@${domain}`);
const allowed = fc.oneof(address, fc.constantFrom("any", "@example.com", "@Shop.example", "@sub.shop.example"));
const user = (login: string) =>
  fc.record({
    login: fc.constant(login),
    allowedSenders: fc.option(fc.array(allowed, { maxLength: 3 }), { nil: undefined }),
  });

test("what a login may send as depends on its own allowedSenders alone", () => {
  fc.assert(
    fc.property(user("alice"), user("bob"), user("shop"), address, (own, other, third, sender) => {
      expect(mayUse([own, other, third], own.login, sender)).toBe(mayUse([own], own.login, sender));
    }),
    { numRuns: 2000 },
  );
});

test("there is always a postmaster", () => {
  expect(renderAliases(fullSettings())).toBe("postmaster root\n");
  expect(renderAliases(fullSettings({ aliases: { root: "ops@example.net" } }))).toBe(
    "postmaster root\nroot ops@example.net\n",
  );
});

test("a login sends with every realm it may log in with", () => {
  const also = fullSettings({ users: [{ login: "alice" }], sasl: { alsoRealms: ["relay.example.com"] } });
  expect(renderSenderLogins(also)).toBe("alice@example.com alice, alice@example.com, alice@relay.example.com\n");
});

test("an alias may name several", () => {
  const aliases = { root: "ops@example.net,night@example.net ,  printer" };
  expect(renderAliases(fullSettings({ aliases }))).toContain("root ops@example.net, night@example.net, printer\n");
});
