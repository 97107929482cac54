import { defaults } from "../../../../components/settings/defaults";
import { RelayHostInput } from "../../../../components/settings/input";
import { presets } from "../../../../components/settings/presets";
import { RelayInput } from "../../../../components/settings/settings";
import { warnings } from "../../../../components/settings/warnings";
import { fullSettings, issuesOf } from "../fixtures";

const samples: Record<string, RelayHostInput> = {
  ses: { region: "us-east-1", login: "AKIAIOSFODNN7EXAMPLE", password: true },
  mailgun: { login: "postmaster@mg.example.com", password: true },
  sendgrid: { login: "apikey", password: true },
  postmark: { login: "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f", password: true },
  mailjet: { login: "0123456789abcdef0123456789abcdef", password: true },
  smtp2go: { login: "relay", password: true },
  brevo: { login: "123abc@smtp-brevo.com", password: true },
  google: {},
  microsoft365: { login: "relay@example.com", password: true },
};

test.each(Object.keys(presets) as (keyof typeof presets)[])(
  "preset %s needs no more than a login, and leaves droplets by a port that is open where it has one",
  (preset) => {
    const settings = fullSettings({ relayHost: { preset, ...samples[preset] } });
    expect(issuesOf({ relayHost: { preset, ...samples[preset] } })).toEqual([]);
    const { page, ports, wrapperPorts, defaultPort } = presets[preset];
    expect(page).toMatch(/^https:\/\//);
    expect(ports).toContain(defaultPort);
    expect(settings.relayHost).toMatchObject({ port: defaultPort, tls: "verified", wrapperMode: false });
    const blocked = [25, 465, 587].includes(defaultPort);
    expect(blocked).toBe([...ports, ...wrapperPorts].every((port) => [25, 465, 587].includes(port)));
    expect(warnings(settings)).toEqual(
      blocked ? [expect.stringMatching(/DigitalOcean blocks.*has no other port/)] : [],
    );
  },
);

test.each<[string, Partial<RelayInput>, RegExp]>([
  ["no way out of a droplet", { relayHost: undefined }, /neither relayHost nor directDelivery.*port 25/],
  [
    "a blocked port that has a sister",
    { relayHost: { preset: "sendgrid", login: "apikey", port: 587 } },
    /relayHost\.port is 587.*Use 2525, which SendGrid has too/,
  ],
  [
    "a blocked port of a route",
    { relayRoutes: [{ senders: ["@a.example"], relayHost: { host: "smtp.example.net", port: 587 } }] },
    /^relayRoutes\[0\]\.relayHost\.port is 587/,
  ],
  [
    "a port the provider has not",
    { relayHost: { preset: "sendgrid", login: "apikey", port: 2526 } },
    /2526, but SendGrid is known to listen on 25, 587, 2525, 465/,
  ],
  [
    "messages the provider does not take",
    { relayHost: { preset: "postmark", login: samples.postmark!.login }, limits: { messageSize: 20_000_000 } },
    /up to 20000000 bytes, but Postmark at relayHost only up to 10485760.*Lower limits\.messageSize/,
  ],
  [
    "more recipients than it takes",
    { relayHost: { preset: "postmark", login: samples.postmark!.login }, delivery: { recipients: 100 } },
    /delivery\.recipients is 100, but Postmark/,
  ],
  [
    "nobody told of bounces that the provider refuses",
    {
      relayHost: { preset: "ses", ...samples.ses, password: undefined },
      postfixParameters: { notify_classes: "delay" },
    },
    /Amazon SES at relayHost refuses bounces, and notify_classes .*Add 2bounce/,
  ],
  ["IPv6 on a droplet without it", { inetProtocols: "all" }, /has no IPv6: set droplet\.ipv6/],
  [
    "IPv6 on a droplet that has it",
    { inetProtocols: "all", droplet: { region: "fra1", sshSources: ["203.0.113.10/32"], ipv6: true } },
    /DigitalOcean blocks SMTP over IPv6.*listeners\.alternate/,
  ],
])("%s is allowed, with a warning", (_, change, message) => {
  expect(warnings(fullSettings(change))).toEqual([expect.stringMatching(message)]);
});

test("delivery by MX by choice is no reason to warn", () => {
  expect(warnings(fullSettings({ relayHost: undefined, directDelivery: true }))).toEqual([]);
});

test("a provider that takes smaller messages than the default gets no larger ones, unless told to", () => {
  const postmark = { preset: "postmark", login: samples.postmark!.login } as const;
  expect(fullSettings({ relayHost: postmark }).limits.messageSize).toBe(10_485_760);
  expect(fullSettings({ relayHost: postmark, limits: { messageSize: 70_000 } }).limits.messageSize).toBe(70_000);
  expect(fullSettings({ relayHost: { preset: "ses" } }).limits.messageSize).toBe(defaults.limits.messageSize);
  const relayRoutes = [{ senders: ["@a.example"], relayHost: postmark }];
  expect(warnings(fullSettings({ relayRoutes }))).toEqual([
    expect.stringMatching(/up to 26214400 bytes, but Postmark at relayRoutes\[0\]\.relayHost/),
  ]);
});

test("a provider that takes few connections gets no more, unless told to", () => {
  const office = { preset: "microsoft365", login: "relay@example.com" } as const;
  expect(fullSettings({ relayHost: office }).delivery.concurrency).toBe(3);
  expect(fullSettings({ relayHost: office, delivery: { concurrency: 7 } }).delivery.concurrency).toBe(7);
  expect(fullSettings().delivery).toEqual(defaults.delivery);
});
