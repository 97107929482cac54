import { RelayInput } from "../../../../components/settings/settings";
import { issuesOf } from "../fixtures";

const cases: [string, NonNullable<RelayInput["postfixParameters"]>, string, RegExp][] = [
  ["an owned parameter", { mynetworks: "x" }, "mynetworks", /use myNetworks/],
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
  const issues = issuesOf({ postfixParameters });
  expect(issues.map(({ path }) => path)).toEqual([`postfixParameters.${name}`]);
  expect(issues[0]?.message).toMatch(message);
});

test.each(["192.0.2.1, 192.0.2.2 [2001:db8::1]", ""])("outside addresses can be %j", (addresses) => {
  expect(issuesOf({ postfixParameters: { proxy_interfaces: addresses } })).toEqual([]);
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
  ["smtp_dns_support_level", /use resolver instead/],
])("%s, with which mail would go astray, is refused though the component does not write it", (name, advice) => {
  const issues = issuesOf({ postfixParameters: { [name]: "x" } });
  expect(issues.map((issue) => issue.path)).toEqual([`postfixParameters.${name}`]);
  expect(issues[0]?.message).toMatch(advice);
});
