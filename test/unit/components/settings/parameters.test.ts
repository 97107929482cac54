import { RelayInput } from "../../../../components/settings/settings";
import { issuesOf } from "../fixtures";

const cases: [string, NonNullable<RelayInput["postfixParameters"]>, string, RegExp][] = [
  ["an owned parameter", { mynetworks: "x" }, "mynetworks", /use myNetworks/],
  ["an inline comment", { bounce_queue_lifetime: "1d # d" }, "bounce_queue_lifetime", /holds a #/],
  ["a second line", { maximal_queue_lifetime: "1d\nb = c" }, "maximal_queue_lifetime", /line break/],
  [
    "an outside address that is a name",
    { proxy_interfaces: "nat.example.com" },
    "proxy_interfaces",
    /is not an address/,
  ],
  ["a range of them", { proxy_interfaces: "192.0.2.0/24" }, "proxy_interfaces", /"192\.0\.2\.0\/24" is not an address/],
  ["nonsense among them", { proxy_interfaces: "192.0.2.1, x" }, "proxy_interfaces", /"x" is not an address/],
  ["whole sessions in the log", { debug_peer_list: "192.0.2.1" }, "debug_peer_list", /with passwords and messages/],
  ["what LMTP sends in the log", { lmtp_tls_loglevel: "3" }, "lmtp_tls_loglevel", /use 0, 1 or 2/],
  ["what TLS carries in the log", { tlsproxy_tls_loglevel: "4" }, "tlsproxy_tls_loglevel", /use 0, 1 or 2/],
  ["a level by reference", { tlsproxy_client_loglevel: "$x" }, "tlsproxy_client_loglevel", /use 0, 1 or 2/],
  ["transcripts", { notify_classes: "2bounce, protocol" }, "notify_classes", /transcripts of sessions, with passwords/],
  ["transcripts of full disks", { notify_classes: "2bounce, resource" }, "notify_classes", /only 2bounce and delay/],
  ["transcripts of what is too large", { notify_classes: "bounce" }, "notify_classes", /only 2bounce and delay/],
  ["addresses without quotes", { info_log_addr_form: "internal" }, "info_log_addr_form", /without quotes/],
  ["another facility", { syslog_facility: "local0" }, "syslog_facility", /do not look/],
  ["a bad parameter name", { "a b": "c" }, "a b", /not a parameter name/],
];

test.each(cases)("%s is refused with option, value and way out", (_, postfixParameters, name, message) => {
  const issues = issuesOf({ postfixParameters });
  expect(issues.map(({ path }) => path)).toEqual([`postfixParameters.${name}`]);
  expect(issues[0]?.message).toMatch(message);
});

test.each([
  ["debug_peer_list", ""],
  ["lmtp_tls_loglevel", "2"],
  ["notify_classes", "delay, 2bounce"],
])("%s can be %j", (name, value) => expect(issuesOf({ postfixParameters: { [name]: value } })).toEqual([]));

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
