import { RelayHostInput } from "../../../../components/settings/input";
import { resolveRelayHost } from "../../../../components/settings/outgoing";
import { validateSecrets } from "../../../../components/settings/validate";
import { issuesOf } from "../fixtures";

const relayHost = { host: "smtp.example.net" };

const cases: [string, object, string, RegExp][] = [
  [
    "an unknown provider",
    { relayHost: { preset: "acme" } },
    "relayHost.preset",
    /"acme" is not possible; use .*sendgrid/,
  ],
  ["neither host nor preset", { relayHost: {} }, "relayHost.host", /^missing; .*or a preset$/],
  [
    "another login at SendGrid",
    { relayHost: { preset: "sendgrid", login: "me", password: true } },
    "relayHost.login",
    /"me" is not a login of SendGrid, which is the word apikey itself.*https:/,
  ],
  ["no login at Postmark", { relayHost: { preset: "postmark" } }, "relayHost.login", /^missing; Postmark takes mail/],
  [
    "SES without region",
    { relayHost: { preset: "ses", login: "AKIAIOSFODNN7EXAMPLE", password: true } },
    "relayHost.region",
    /^missing; .*eu-central-1$/,
  ],
  [
    "a region nobody has",
    { relayHost: { preset: "mailgun", region: "mars", login: "a@example.com", password: true } },
    "relayHost.region",
    /"mars" is not a region of Mailgun/,
  ],
  ["a region of nothing", { relayHost: { ...relayHost, region: "eu" } }, "relayHost.region", /without preset/],
  [
    "a region of a provider without",
    { relayHost: { preset: "sendgrid", region: "eu", login: "apikey", password: true } },
    "relayHost.region",
    /has one host name; leave it out/,
  ],
  [
    "an unknown TLS level",
    { relayHost: { ...relayHost, tls: "some" } },
    "relayHost.tls",
    /"some" is not possible; use .*dane/,
  ],
  [
    "a login that could go in clear",
    { relayHost: { ...relayHost, login: "a", password: true, tls: "opportunistic" } },
    "relayHost.tls",
    /could send the login in clear/,
  ],
  [
    "wrapper mode without TLS",
    { relayHost: { ...relayHost, port: 465, tls: "opportunistic" } },
    "relayHost.tls",
    /TLS starts with the first byte/,
  ],
  ["an address verified", { relayHost: { host: "192.0.2.9", tls: "verified" } }, "relayHost.tls", /host is an address/],
  ["a route for nobody", { relayRoutes: [{ relayHost }] }, "relayRoutes[0].senders", /^missing; list/],
  [
    "a route for a bare domain",
    { relayRoutes: [{ senders: ["example.com"], relayHost }] },
    "relayRoutes[0].senders[0]",
    /"example.com" is not a sender/,
  ],
  [
    "a sender with two routes",
    {
      relayRoutes: [
        { senders: ["@a.example"], relayHost },
        { senders: ["@A.example"], relayHost },
      ],
    },
    "relayRoutes[1].senders[0]",
    /already relayRoutes\[0\]\.senders\[0\]/,
  ],
  ["a route to nowhere", { relayRoutes: [{ senders: ["@a.example"] }] }, "relayRoutes[0].relayHost", /^missing; say/],
  [
    "a bad smart host of a route",
    { relayRoutes: [{ senders: ["@a.example"], relayHost: { host: "[x]" } }] },
    "relayRoutes[0].relayHost.host",
    /without brackets/,
  ],
  [
    "an address as destination",
    { transports: [{ destinations: ["a@b.example"], relayHost }] },
    "transports[0].destinations[0]",
    /is not a domain/,
  ],
  [
    "a destination that is here",
    { transports: [{ destinations: ["relay.example.com"], relayHost }] },
    "transports[0].destinations[0]",
    /delivered on the relay itself/,
  ],
  ["two ways out", { directDelivery: true }, "directDelivery", /give one of the two/],
  ["another preflight", { preflight: "maybe" }, "preflight", /"maybe" is not possible; use warn, require, off/],
  ["IPv6 alone", { inetProtocols: "ipv6" }, "inetProtocols", /use ipv4, all/],
  ["no connection", { delivery: { concurrency: 0 } }, "delivery.concurrency", /0 is not a number of connections/],
  ["half a second", { delivery: { pauseSeconds: 0.5 } }, "delivery.pauseSeconds", /whole number from 0 to 3600/],
  ["copies to what Postfix replaces", { alwaysBcc: "a$mynetworks.b@example.com" }, "alwaysBcc", /holds a \$/],
  ["copies to nobody", { alwaysBcc: "archive" }, "alwaysBcc", /"archive" is not a mail address/],
  [
    "an address for a domain",
    { rewriting: { generic: [{ from: "a@b.example", to: "@c.example" }] } },
    "rewriting.generic[0].to",
    /only for another @domain/,
  ],
  [
    "addresses that change after the signature",
    { dkim: {}, rewriting: { generic: [{ from: "a@b.example", to: "c@d.example" }] } },
    "rewriting.generic",
    /after dkim has signed.*use rewriting\.canonical or rewriting\.senders/,
  ],
  [
    "a pattern of another language",
    { headerChecks: [{ header: "A", pattern: "\\d{4}", action: "remove" }] },
    "headerChecks[0].pattern",
    /write \[0-9\]/,
  ],
  [
    "an address twice",
    {
      rewriting: {
        senders: [
          { from: "@a.example", to: "@b.example" },
          { from: "@A.example", to: "@c.example" },
        ],
      },
    },
    "rewriting.senders[1].from",
    /already rewriting\.senders\[0\]/,
  ],
  ["a header with colon", { headerChecks: [{ header: "A:", action: "remove" }] }, "headerChecks[0].header", /"A:"/],
  [
    "an open bracket",
    { headerChecks: [{ header: "A", pattern: "(", action: "remove" }] },
    "headerChecks[0].pattern",
    /"\("/,
  ],
  [
    "an unknown action",
    { headerChecks: [{ header: "A", action: "eat" }] },
    "headerChecks[0].action",
    /"eat" is not possible; use remove/,
  ],
  [
    "a replacement by nothing",
    { headerChecks: [{ header: "A", action: "replace" }] },
    "headerChecks[0].text",
    /nothing is not a whole header/,
  ],
  [
    "a text with a dollar",
    { headerChecks: [{ header: "A", action: "warn", text: "5 $" }] },
    "headerChecks[0].text",
    /holds a \$/,
  ],
  [
    "a table beside the option that writes it",
    { transports: [{ destinations: ["a.example"], relayHost }], postfixParameters: { transport_maps: "x" } },
    "postfixParameters.transport_maps",
    /also written for transports/,
  ],
  [
    "a choice of mechanisms that the preflight would not know of",
    { postfixParameters: { smtp_sasl_mechanism_filter: "plain" } },
    "postfixParameters.smtp_sasl_mechanism_filter",
    /is left to the component; the relay logs in with PLAIN, else LOGIN, else CRAM-MD5/,
  ],
  [
    "a second filter of replies",
    { postfixParameters: { smtp_reply_filter: "regexp:/etc/x" } },
    "postfixParameters.smtp_reply_filter",
    /also written for the login of a smart host/,
  ],
];

test.each(cases)("%s is refused with option, value and way out", (_, change, path, message) => {
  const issues = issuesOf(change);
  expect(issues.map((issue) => issue.path)).toEqual([path]);
  expect(issues[0]?.message).toMatch(message);
});

test("tables by hand are free where no option writes them", () => {
  const postfixParameters = { transport_maps: "inline:{a.example=smtp:[b.example]}", header_checks: "regexp:/etc/x" };
  expect(issuesOf({ postfixParameters })).toEqual([]);
});

test("a route's password is checked under its own path, and never quoted", () => {
  const routePasswords = { "relayRoutes[1].relayHost": " canary ", "transports[0].relayHost": undefined };
  const issues = validateSecrets({ passwords: [], routePasswords });
  expect(issues.map(({ path }) => path)).toEqual(["relayRoutes[1].relayHost.password"]);
  expect(issues[0]?.message).not.toContain("canary");
});

test.each<[RelayHostInput, object]>([
  [relayHost, { port: 2525, tls: "opportunistic", wrapperMode: false }],
  [
    { ...relayHost, login: "a" },
    { port: 2525, tls: "required", wrapperMode: false },
  ],
  [
    { ...relayHost, port: 465 },
    { port: 465, tls: "required", wrapperMode: true },
  ],
  [
    { ...relayHost, port: 465, wrapperMode: false },
    { port: 465, tls: "opportunistic", wrapperMode: false },
  ],
  [
    { preset: "sendgrid", login: "apikey" },
    { host: "smtp.sendgrid.net", port: 2525, tls: "verified", wrapperMode: false },
  ],
  [
    { preset: "smtp2go", region: "eu2", port: 8465 },
    { host: "mail-eu2.smtp2go.com", port: 8465, wrapperMode: true },
  ],
  [
    { preset: "sendgrid", login: "apikey", host: "proxy.example.net", port: 26, tls: "required" },
    { host: "proxy.example.net", port: 26, tls: "required", wrapperMode: false },
  ],
])("%j gets its defaults, and what is given wins", (input, expected) => {
  expect(resolveRelayHost(input)).toMatchObject(expected);
});
