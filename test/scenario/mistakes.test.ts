import type { ConfigChanges } from "../../sandbox/labConfig";
import type { Lab } from "../../sandbox/lab";
import { failureOf, onHost, patience, submit, testLab, untilDelivered } from "./support";

jest.setTimeout(patience);

/** Whether a mistake is seen before anything runs, or by the trial instance on the host. */
type Caught = "refused" | "trial";

/**
 * What is still not seen: a table that is right but for an entry about somebody else's address, such as a transport
 * that does not exist for one domain; and what only another server can answer, such as a wrong name in `relayHost`.
 */
const mistakes: [name: string, parameters: Record<string, string>, caught: Caught, says: RegExp][] = [
  ["a parameter that is the component's", { mynetworks: "0.0.0.0/0" }, "refused", /mynetworks: .*use myNetworks/],
  [
    "a comment behind a value",
    { bounce_queue_lifetime: "1d # short" },
    "refused",
    /bounce_queue_lifetime: .*holds a #/,
  ],
  [
    "a restriction that is the component's",
    { smtpd_end_of_data_restrictions: "bogus" },
    "refused",
    /smtpd_end_of_data_restrictions: /,
  ],
  ["mail by addresses of names alone", { smtp_dns_support_level: "disabled" }, "refused", /use resolver/],
  ["mail to nowhere", { default_transport: "nosuch:" }, "refused", /default_transport: .*use relayHost/],
  ["a filter nobody runs", { content_filter: "smtp:[127.0.0.1]:9" }, "refused", /content_filter: .*use smtpd_milters/],
  [
    "mail too big for a mailbox",
    { mailbox_size_limit: "1000000" },
    "refused",
    /mailbox_size_limit: .*limits\.messageSize/,
  ],
  [
    "an outside address that is none",
    { proxy_interfaces: "nonsense" },
    "refused",
    /proxy_interfaces: "nonsense" is not an address/,
  ],
  ["a misspelt parameter", { mesage_size_limit: "1000000" }, "trial", /unused parameter: mesage_size_limit/],
  [
    "a number that is none",
    { smtp_destination_concurrency_limit: "banana" },
    "trial",
    /bad numerical configuration: smtp_destination_concurrency_limit = banana/,
  ],
  ["a number out of range", { default_process_limit: "0" }, "trial", /default_process_limit/],
  ["a time that is none", { bounce_queue_lifetime: "banana" }, "trial", /bounce_queue_lifetime/],
  ["a word that is none of a list", { smtp_host_lookup: "banana" }, "trial", /smtp_host_lookup/],
  ["a word smtpd does not know", { notify_classes: "nonsense" }, "refused", /use only 2bounce and delay/],
  ["an unknown kind of table", { virtual_alias_maps: "nosuch:/etc/aliases" }, "trial", /nosuch:\/etc\/aliases/],
  ["a missing table", { virtual_alias_maps: "texthash:/nonexistent" }, "trial", /texthash:\/nonexistent/],
  ["a missing table for senders", { sender_bcc_maps: "texthash:/nonexistent" }, "trial", /sender_bcc_maps/],
  ["a missing table of patterns", { header_checks: "regexp:/nonexistent" }, "trial", /header_checks/],
  [
    "patterns without their plugin",
    { header_checks: "pcre:{{/x/ WARN}}" },
    "trial",
    /unsupported dictionary type: pcre/,
  ],
  ["a missing table of outgoing mail", { smtp_generic_maps: "texthash:/nonexistent" }, "trial", /smtp_generic_maps/],
  ["missing patterns of outgoing mail", { smtp_header_checks: "regexp:/nonexistent" }, "trial", /regexp:\/nonexistent/],
  ["a missing table of TLS", { smtp_tls_policy_maps: "texthash:/nonexistent" }, "trial", /smtp_tls_policy_maps/],
  ["a name that is none in HELO", { smtp_helo_name: "a b" }, "trial", /501 .*Helo command rejected: Invalid name/],
  [
    "an unknown transport",
    { transport_maps: "inline:{{relay-probe.invalid=nosuch:}}" },
    "trial",
    /would not be delivered: deferred \(mail transport unavailable\).*private\/nosuch/s,
  ],
  ["more free space than the disk has", { queue_minfree: "2000000000000000" }, "trial", /Insufficient system storage/],
  [
    "a filter that does not run",
    { smtpd_milters: "inet:127.0.0.1:9", milter_default_action: "tempfail" },
    "trial",
    /connect to Milter service inet:127\.0\.0\.1:9/,
  ],
];

/** Postfix works with these, if not as was meant. */
const harmless: [name: string, parameters: Record<string, string>][] = [
  ["one process of each kind", { default_process_limit: "1" }],
  ["a pattern that is none, which Postfix skips", { canonical_maps: "regexp:{{/(/ x}}" }],
  ["a table that sends all mail elsewhere", { transport_maps: "static:smtp:[mx.receiver.test]" }],
  ["a log name with a space", { syslog_name: "my relay" }],
  ["a parameter that only counts beside another one", { mynetworks_style: "class" }],
  ["mailboxes of any size", { mailbox_size_limit: "0" }],
];

describe("a mistake in postfixParameters", () => {
  let lab: Lab;
  let address: string;

  const users = [{ login: "alice", password: "correct horse" }];
  const given = (postfixParameters: Record<string, string>): ConfigChanges => ({ users, postfixParameters });

  beforeAll(async () => {
    lab = await testLab("mistakes", { config: { users } });
    await lab.up();
    // A program that fails leaves the stack without outputs.
    ({ address } = await lab.outputs());
  });

  afterAll(() => lab?.close());

  /** What changes when anything live does. */
  const live = () =>
    onHost(
      lab,
      `readlink /etc/postfix/generations/current
      cat /var/spool/postfix/pid/master.pid
      journalctl -q | grep -c 'postfix.*reload' || true
      ls -A /var/lib/mail-relay
      ls /etc/postfix/generations`,
    );

  async function mailFlows(subject: string): Promise<void> {
    await submit(lab, "alice", "correct horse", subject, { address });
    await untilDelivered(lab, subject);
  }

  const outcome: Record<Caught, RegExp> = {
    refused: /postfixParameters\./,
    trial: /the new configuration failed its trial, the old one is untouched/,
  };

  test.each(mistakes)("%s: %j is %s", async (name, parameters, caught, says) => {
    const before = await live();
    lab.configure(given(parameters));
    const { message, result } = await failureOf(lab.up());
    // What the program itself refuses is in what was printed.
    const said = `${message}\n${result.text}`;
    expect(said).toMatch(says);
    expect(said).toMatch(outcome[caught]);
    expect(await live()).toBe(before);
    await mailFlows(`after ${name}`);
  });

  test.each(harmless)("%s: %j does no harm", async (name, parameters) => {
    lab.configure(given(parameters));
    await lab.up();
    await mailFlows(`with ${name}`);
  });
});
