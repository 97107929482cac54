import { renderBundle } from "../../../../components/render/bundle";
import { renderMainCf } from "../../../../components/postfix/mainCf";
import { proofPlan, smokePlan, trialPlan } from "../../../../components/proof/probes";
import { factsOf, fullParts, fullSettings } from "../fixtures";

const byIpv6 = { inetProtocols: "all" } as const;
const user = { login: "alice", password: "one" };
const host = { address: "198.51.100.20", hostKey: "ssh-ed25519 AAAA" };

/** Those of a plan's dialogues that have to do with IPv6. */
function ofIpv6(plan: ReturnType<typeof smokePlan>): string[] {
  return plan.dialogues
    .filter(({ ipv6, steps }) => ipv6 ?? steps.some(({ command }) => command.includes("IPV6:")))
    .map(({ name, from, ipv6 }) => `${ipv6 ? `${from}, really: ` : ""}${name}`);
}

test("by IPv6 the live listeners are asked again, and restrictions are asked about a stranger of both versions", () => {
  expect(ofIpv6(smokePlan(fullSettings(byIpv6)))).toEqual([
    "loopback, really: mynetworks may send on 25 by IPv6",
    "outside, really: a stranger may not relay on 25 by IPv6",
    "loopback, really: a login is accepted on 587 by IPv6",
    "outside, really: a stranger may not relay on 587 by IPv6",
    "2001:db8:9::9 may not relay",
  ]);
  expect(ofIpv6(trialPlan(fullSettings(byIpv6), user))).toEqual([
    "a stranger may not relay on 25 by IPv6",
    "a stranger may not relay on 587 by IPv6",
  ]);
  expect(ofIpv6(proofPlan(fullSettings(byIpv6), [user, { login: "printer", password: "two" }]))).toEqual([
    "loopback, really: alice logs in with PLAIN on 587 by IPv6",
    "loopback, really: alice logs in with LOGIN on 587 by IPv6",
    "outside, really: a stranger may not relay on 25 by IPv6",
    "outside, really: XCLIENT and XFORWARD are refused on 25 by IPv6",
    "outside, really: a stranger may not relay on 587 by IPv6",
    "outside, really: XCLIENT and XFORWARD are refused on 587 by IPv6",
    "2001:db8:9::9 may not relay",
  ]);
});

test("without it nothing is asked by IPv6", () => {
  const plans = [smokePlan(fullSettings()), trialPlan(fullSettings(), user), proofPlan(fullSettings(), [user])];
  expect(plans.flatMap(ofIpv6)).toEqual([]);
});

test("the trial's listeners know clients by IPv6 where the live ones do, and of its SMTP clients only those that verify", () => {
  const trial = (change: object, path: string) =>
    renderBundle(fullSettings(change), factsOf["3.10"]!).files.find((file) => file.path === `trial/${path}`)!.body;
  expect(trial(byIpv6, "main.cf")).toMatch(/^inet_protocols = ipv4$/m);
  const services = trial(byIpv6, "master.cf").split(/\n(?! )/);
  const speaking = services.filter((service) => service.includes("-o inet_protocols=all"));
  expect(speaking).toEqual(services.filter((service) => /^\S+:\d+ .* smtpd$|^verify-/m.test(service.split("\n")[0]!)));
  expect(speaking.length).toBeGreaterThan(3);
  expect(trial({}, "master.cf")).not.toContain("inet_protocols=all");
});

test("limits count networks by IPv6 where Postfix can, and on a droplet the other version comes first", () => {
  const lines = (change: Parameters<typeof fullSettings>[0], release = "3.10") =>
    renderMainCf(fullParts(change), factsOf[release]!)
      .split("\n")
      .filter((line) => /^(smtp_address_preference|smtpd_client_ipv6_prefix_length|inet_protocols) /.test(line));
  expect(lines(byIpv6)).toEqual([
    "inet_protocols = all",
    "smtp_address_preference = ipv4",
    "smtpd_client_ipv6_prefix_length = 64",
  ]);
  expect(lines({ ...byIpv6, droplet: undefined, host }, "3.7")).toEqual([
    "inet_protocols = all",
    "smtp_address_preference = any",
  ]);
  expect(lines({})).toEqual(["inet_protocols = ipv4"]);
});
