import {
  renderAliases,
  renderAnySender,
  renderSenderLogins,
  senderLoginMaps,
} from "../../../../components/postfix/tables";
import { fullSettings } from "../fixtures";

const settings = fullSettings({
  users: [
    { login: "alice" },
    { login: "shop", allowedSenders: ["orders@shop.example", "@news.example"] },
    { login: "writer", allowedSenders: ["Editor@news.example"] },
    { login: "gateway", allowedSenders: ["any"] },
  ],
});

test("each sender lists its logins in both forms, its domain's owners and those that may use any", () => {
  const rows = Object.fromEntries(
    renderSenderLogins(settings)
      .trim()
      .split("\n")
      .map((row): [string, string] => [row.slice(0, row.indexOf(" ")), row.slice(row.indexOf(" ") + 1)]),
  );
  const gateway = "gateway, gateway@example.com";
  expect(rows).toEqual({
    "@news.example": `shop, shop@example.com, ${gateway}`,
    "alice@example.com": `alice, alice@example.com, ${gateway}`,
    "editor@news.example": `shop, shop@example.com, writer, writer@example.com, ${gateway}`,
    "orders@shop.example": `shop, shop@example.com, ${gateway}`,
  });
});

test("a sender nobody names belongs to the logins that may use any, except in a listed domain", () => {
  expect(senderLoginMaps(settings)).toEqual([
    "texthash:$config_directory/sender_logins",
    "regexp:$config_directory/any_sender",
  ]);
  expect(renderAnySender(settings)).toBe("!/(@news\\.example)$/ gateway, gateway@example.com\n");
  const alone = fullSettings({ users: [{ login: "gateway", allowedSenders: ["any"] }] });
  expect(renderAnySender(alone)).toBe("/./ gateway, gateway@example.com\n");
  expect(senderLoginMaps(fullSettings())).toEqual(["texthash:$config_directory/sender_logins"]);
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
