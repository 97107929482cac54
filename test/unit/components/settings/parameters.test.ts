import { RelayInput } from "../../../../components/settings/settings";
import { validate } from "../../../../components/settings/validate";
import { fullInput } from "../fixtures";

const cases: [string, NonNullable<RelayInput["postfixParameters"]>, string, RegExp][] = [
  ["an owned parameter", { mynetworks: "x" }, "mynetworks", /use myNetworks/],
  [
    "a message bigger than a mailbox",
    { message_size_limit: "51200001" },
    "message_size_limit",
    /give a mailbox_size_limit of at least 51200001$/,
  ],
  [
    "a message without limit",
    { message_size_limit: "0", mailbox_size_limit: "90000000" },
    "message_size_limit",
    /give a mailbox_size_limit of at least 0, which is no limit$/,
  ],
  [
    "a mailbox smaller than a message",
    { mailbox_size_limit: "10239999" },
    "mailbox_size_limit",
    /give a mailbox_size_limit of at least 10240000$/,
  ],
  ["an inline comment", { bounce_queue_lifetime: "1d # d" }, "bounce_queue_lifetime", /holds a #/],
  ["a second line", { notify_classes: "a\nb = c" }, "notify_classes", /line break/],
  [
    "an outside address that is a name",
    { proxy_interfaces: "nat.example.com" },
    "proxy_interfaces",
    /is not an address/,
  ],
  ["a range of them", { proxy_interfaces: "192.0.2.0/24" }, "proxy_interfaces", /"192\.0\.2\.0\/24" is not an address/],
  ["nonsense among them", { proxy_interfaces: "192.0.2.1, x" }, "proxy_interfaces", /"x" is not an address/],
  ["a bad parameter name", { "a b": "c" }, "a b", /not a parameter name/],
];

test.each(cases)("%s is refused with option, value and way out", (_, postfixParameters, name, message) => {
  const issues = validate(fullInput({ postfixParameters }));
  expect(issues.map(({ path }) => path)).toEqual([`postfixParameters.${name}`]);
  expect(issues[0]?.message).toMatch(message);
});

test.each<Record<string, string>>([
  { message_size_limit: "51200000" },
  { proxy_interfaces: "192.0.2.1, 192.0.2.2 [2001:db8::1]" },
  { proxy_interfaces: "" },
  { message_size_limit: "51200001", mailbox_size_limit: "0" },
  { message_size_limit: "0", mailbox_size_limit: "0" },
  { message_size_limit: "90000000", mailbox_size_limit: "90000000" },
])("%j leaves room for every message in a mailbox", (postfixParameters) => {
  expect(validate(fullInput({ postfixParameters }))).toEqual([]);
});

test.each([
  ["default_transport", /use relayHost instead/],
  ["relay_transport", /use relayHost instead/],
  ["local_transport", /use myDestination instead/],
  ["defer_transports", /cannot be changed/],
  ["content_filter", /use smtpd_milters instead/],
  ["allow_untrusted_routing", /cannot be changed/],
  ["soft_bounce", /cannot be changed/],
  ["disable_dns_lookups", /use relayHost instead/],
  ["smtp_dns_support_level", /use relayHost instead/],
])("%s, with which mail would go astray, is refused though the component does not write it", (name, advice) => {
  const issues = validate(fullInput({ postfixParameters: { [name]: "x" } }));
  expect(issues.map((issue) => issue.path)).toEqual([`postfixParameters.${name}`]);
  expect(issues[0]?.message).toMatch(advice);
});
