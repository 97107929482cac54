import { renderBundle } from "../../../../components/render/bundle";
import { renderMainCf } from "../../../../components/postfix/mainCf";
import { preflightPlan } from "../../../../components/proof/preflight";
import { RelayInput } from "../../../../components/settings/settings";
import { factsOf, fullParts, fullSettings } from "../fixtures";

const facts = factsOf["3.7"]!;

const routed: Partial<RelayInput> = {
  relayHost: { host: "smtp.example.net", port: 465, login: "account" },
  relayRoutes: [
    { senders: ["@News.example", "boss@example.com"], relayHost: { preset: "sendgrid", login: "apikey" } },
    { senders: ["@other.example"], relayHost: { preset: "sendgrid", login: "apikey", tls: "required" } },
  ],
  transports: [{ destinations: ["partner.example", ".partner.example"], relayHost: { host: "192.0.2.77", port: 25 } }],
};

const passwords = {
  relayHostPassword: "canary-0",
  routePasswords: { "relayRoutes[0].relayHost": "canary-1", "relayRoutes[1].relayHost": "canary-2" },
};

const files = (change: Partial<RelayInput> = routed) =>
  new Map(renderBundle(fullSettings(change), facts, passwords).files.map((file) => [file.path, file]));

function mainCf(change: Partial<RelayInput>): Map<string, string> {
  const lines = renderMainCf(fullParts(change), facts).matchAll(/^(\w+) =(?: (.*))?$/gm);
  return new Map([...lines].map(([, name = "", value = ""]) => [name, value]));
}

/** The options of a service in master.cf. */
function service(text: string, name: string): Record<string, string> | undefined {
  const [, options] = new RegExp(`^${name} +unix.*smtp\\n((?:  -o .*\\n)*)`, "m").exec(text) ?? [];
  const pairs = [...(options ?? "").matchAll(/-o (\w+)=(.*)/g)].map(([, key = "", value = ""]) => [key, value]);
  return options === undefined ? undefined : (Object.fromEntries(pairs) as Record<string, string>);
}

test("each route has a service, with a login, TLS and port of its own", () => {
  const master = files().get("etc/master.cf")!.body;
  expect(service(master, "smtp")).toEqual({});
  const smarthost = { smtp_tls_wrappermode: "yes", smtp_tls_security_level: "encrypt" };
  expect(service(master, "smarthost")).toMatchObject(smarthost);
  expect(service(master, "route1")).toEqual({
    syslog_name: "postfix/route1",
    smtp_tls_wrappermode: "no",
    smtp_tls_security_level: "secure",
    smtp_tls_servername: "hostname",
    smtp_sasl_auth_enable: "yes",
    smtp_sasl_password_maps: "texthash:$config_directory/route1_password",
  });
  expect(service(master, "route2")).toMatchObject({ smtp_tls_security_level: "encrypt" });
  expect(service(master, "transport1")).toMatchObject({ smtp_tls_security_level: "may", smtp_sasl_auth_enable: "no" });
  expect(files().get("etc/relay_routes")?.body).toBe(
    "@news.example route1:[smtp.sendgrid.net]:2525\nboss@example.com route1:[smtp.sendgrid.net]:2525\n" +
      "@other.example route2:[smtp.sendgrid.net]:2525\n",
  );
  expect(files().get("etc/transports")?.body).toBe(
    "partner.example transport1:[192.0.2.77]:25\n.partner.example transport1:[192.0.2.77]:25\n",
  );
  const parameters = mainCf(routed);
  expect(parameters.get("relayhost")).toBe("[smtp.example.net]:465");
  expect(parameters.get("default_transport")).toBe("smarthost");
  expect(parameters.get("smtp_tls_secure_cert_match")).toBe("nexthop");
});

test("a smart host's name is shown in the TLS handshake, an address cannot be", () => {
  expect(service(files().get("etc/master.cf")!.body, "transport1")).toMatchObject({ smtp_tls_servername: "" });
  expect(mainCf(routed).get("smtp_tls_servername")).toBe("hostname");
  expect(mainCf({ relayHost: { host: "192.0.2.77" } }).has("smtp_tls_servername")).toBe(false);
});

test("of the mechanisms that a smart host offers the client sees one, that of the preflight", () => {
  const rules = [
    ...files()
      .get("etc/offers")!
      .body.matchAll(/^\/(.*)\/ (.*)$/gm),
  ];
  const seen = (line: string) => {
    const [, pattern = "", replacement = ""] = rules.find(([, regexp = ""]) => new RegExp(regexp).test(line)) ?? [];
    return pattern === "" ? line : line.replace(new RegExp(pattern), replacement);
  };
  expect(seen("250-AUTH PLAIN LOGIN CRAM-MD5 DIGEST-MD5")).toBe("250-AUTH PLAIN");
  expect(seen("250 AUTH=GSSAPI NTLM PLAIN LOGIN")).toBe("250 AUTH PLAIN");
  expect(seen("250-AUTH LOGIN DIGEST-MD5")).toBe("250-AUTH LOGIN");
  expect(seen("250-AUTH DIGEST-MD5 CRAM-MD5")).toBe("250-AUTH CRAM-MD5");
  // The filter leaves nothing of this one.
  expect(seen("250-AUTH SCRAM-SHA-256-PLUS EXTERNAL")).toBe("250-AUTH SCRAM-SHA-256-PLUS EXTERNAL");
  expect(seen("250 2.0.0 PLAIN LOGIN")).toBe("250 2.0.0 PLAIN LOGIN");
  expect(mainCf(routed).get("smtp_reply_filter")).toBe("regexp:$config_directory/offers");
  expect(mainCf(routed).get("smtp_sasl_mechanism_filter")).toBe("plain, login, cram-md5");
  expect(mainCf({ relayHost: { host: "smtp.example.net" } }).has("smtp_reply_filter")).toBe(false);
  expect(preflightPlan(fullParts(routed), {})).toMatchObject({ mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5"] });
});

test("a client that reads /etc/hosts runs without chroot, which has an old copy", () => {
  const chrooted = (postfixParameters: Record<string, string>) =>
    [
      ...files({ ...routed, postfixParameters })
        .get("etc/master.cf")!
        .body.matchAll(/^\S+ +unix +\S+ +\S+ +(\S).* smtp$/gm),
    ]
      .map(([, column]) => column)
      .join("");
  expect(chrooted({})).toBe("yyyyyy");
  expect(chrooted({ smtp_host_lookup: "native" })).toBe("nnnnnn");
});

test("undeliverable bounces go to the postmaster, unless the notices are chosen otherwise", () => {
  expect(mainCf({}).get("notify_classes")).toBe("2bounce");
  expect(mainCf({ postfixParameters: { notify_classes: "delay" } }).get("notify_classes")).toBe("delay");
});

test("without routes and wrapper mode nothing of it is there", () => {
  const parameters = mainCf({});
  for (const name of ["default_transport", "transport_maps", "sender_dependent_default_transport_maps"]) {
    expect(parameters.has(name)).toBe(false);
  }
  expect([...files({}).keys()].filter((path) => /route|transport/.test(path))).toEqual([]);
});

test("every password is in a file of its own, readable to root alone, and for the look ahead in the archive", () => {
  const holding = [...files().values()].filter(({ body }) => body.includes("canary"));
  expect(holding.map(({ path, mode }) => [path, mode])).toEqual([
    ["etc/relay_password", 0o600],
    ["etc/route1_password", 0o600],
    ["etc/route2_password", 0o600],
    ["preflight.plan", 0o600],
  ]);
  expect(files().get("etc/route2_password")?.body).toBe("[smtp.sendgrid.net]:2525 apikey:canary-2\n");
});

test("nothing the trial is told can leave by a route", () => {
  const master = files().get("trial/master.cf")!.body;
  const clients = ["smtp", "smarthost", "route1", "route2", "transport1"];
  for (const name of clients) {
    expect(service(master, name)).toMatchObject({ smtp_bind_address: "127.0.0.1", smtp_tls_wrappermode: "no" });
  }
  const trial = files({ ...routed, inetProtocols: "all" }).get("trial/main.cf")!.body;
  expect(trial).toMatch(/^defer_transports = relay, lmtp, local, virtual, smarthost, route1, route2, transport1$/m);
  expect(trial).toMatch(/^default_transport = relay$/m);
  expect(trial).toMatch(/^inet_protocols = ipv4$/m);
  expect(trial).toMatch(/^transport_maps = inline:\{.*, texthash:\$config_directory\/transports$/m);
});

test("the trial meets its own sink where the smart host's certificate is demanded", () => {
  const verified = { relayHost: { host: "smtp.example.net", tls: "verified" } } as const;
  expect(mainCf(verified).get("smtp_tls_security_level")).toBe("secure");
  expect(files(verified).get("trial/main.cf")?.body).toMatch(/^smtp_tls_security_level = encrypt$/m);
});

test.each<[RelayInput["delivery"], Record<string, string | undefined>]>([
  [{}, { default_destination_concurrency_limit: "20", smtp_connection_reuse_count_limit: "99" }],
  [
    { messagesPerConnection: 1 },
    { smtp_connection_cache_on_demand: "no", smtp_connection_reuse_count_limit: undefined },
  ],
  [{ pauseSeconds: 2 }, { smtp_destination_rate_delay: "2s", route1_destination_rate_delay: "2s" }],
  [
    { concurrency: 4, recipients: 10 },
    { default_destination_concurrency_limit: "4", default_destination_recipient_limit: "10" },
  ],
])("delivery %j", (delivery, expected) => {
  const parameters = mainCf({ ...routed, delivery });
  for (const [name, value] of Object.entries(expected)) expect([name, parameters.get(name)]).toEqual([name, value]);
});

/** What stands before the rules, so that no part is unseen by them. */
describe("the look ahead", () => {
  const plan = (change: Partial<RelayInput>) => preflightPlan(fullParts(change), { relayHost: "canary" });

  test("takes the login, and as sender one whose mail goes that way", () => {
    expect(plan(routed)?.checks).toMatchObject([
      {
        option: "relayHost",
        login: { name: "account", password: "canary" },
        sender: "alice@example.com",
        required: true,
      },
      { option: "relayRoutes[0].relayHost", sender: "postmaster@news.example", tls: "verified" },
      { option: "relayRoutes[1].relayHost", sender: "postmaster@other.example" },
      { option: "transports[0].relayHost", sender: "alice@example.com", port: 25 },
    ]);
    expect(plan({ users: [{ login: "a", allowedSenders: ["any"] }] })?.checks).toMatchObject([
      { sender: "postmaster@example.com" },
    ]);
  });

  test.each<[RelayInput["preflight"], boolean]>([
    [undefined, false],
    ["warn", false],
    ["require", true],
  ])("of delivery by MX under %s", (preflight, required) => {
    const checks = [{ domains: ["example.com", "gmail.com"], required }];
    expect(plan({ relayHost: undefined, preflight })).toMatchObject({ checks });
  });

  test("is told what Postfix's client is told", () => {
    expect(plan({})).toMatchObject({
      helo: "relay.example.com",
      hostLookup: ["dns"],
      caFile: "/etc/ssl/certs/ca-certificates.crt",
      checks: [{ tlsProtocols: ["!SSLv2", "!SSLv3", "!TLSv1", "!TLSv1.1"] }],
    });
    const postfixParameters = {
      smtp_helo_name: "mail.example.com",
      smtp_host_lookup: "dns, native",
      smtp_tls_CApath: "/etc/ssl/own",
      smtp_tls_cert_file: "/etc/ssl/client.pem",
      smtp_tls_key_file: "$smtp_tls_cert_file",
    };
    expect(plan({ postfixParameters, relayHost: { host: "smtp.example.net" } })).toMatchObject({
      helo: "mail.example.com",
      hostLookup: ["dns", "native"],
      caPath: "/etc/ssl/own",
      certificate: { file: "/etc/ssl/client.pem" },
      checks: [{ tlsProtocols: ["!SSLv2", "!SSLv3"] }],
    });
    const lookup = (value: string) => plan({ postfixParameters: { smtp_host_lookup: value } })?.hostLookup;
    expect([lookup("Native DNS"), lookup("banana"), lookup("")]).toEqual([["native", "dns"], ["dns"], ["dns"]]);
    const chain = { smtp_tls_chain_files: "/etc/ssl/chain.pem, /etc/ssl/second.pem", smtp_tls_key_file: "/etc/other" };
    expect(plan({ postfixParameters: chain })?.certificate).toEqual({ file: "/etc/ssl/chain.pem" });
  });

  test("lets nothing but the probes of address verification find the trial's verifying clients", () => {
    const trial = (path: string, change = routed) => files(change).get(`trial/${path}`)!.body;
    const [, routes = ""] = /^address_verify_transport_maps = inline:\{(.*)\}$/m.exec(trial("main.cf")) ?? [];
    expect(routes).toContain("{route1-2@relay-probe.invalid = verify-route1:[smtp.sendgrid.net]:2525}");
    const elsewhere = trial("main.cf").replace(/^address_verify_transport_maps.*$/m, "");
    expect(elsewhere).not.toContain("verify-");
    for (const name of ["verify-smarthost", "verify-route1", "verify-route2", "verify-transport1"]) {
      expect(service(trial("master.cf"), name)).toMatchObject({ syslog_name: `postfix/${name}` });
    }
    const live = service(files().get("etc/master.cf")!.body, "route2");
    const renamed = { ...live, syslog_name: "postfix/verify-route2" };
    expect(service(trial("master.cf"), "verify-route2")).toMatchObject(renamed);
    expect(files().get("etc/master.cf")!.body + files().get("etc/main.cf")!.body).not.toContain("verify-");
    expect(trial("main.cf", { preflight: "off" }) + trial("master.cf", { preflight: "off" })).not.toContain("verify-");
  });

  test("can be left out, or not fail", () => {
    expect(plan({ preflight: "off" })).toBeUndefined();
    expect(files({ preflight: "off" }).has("preflight.plan")).toBe(false);
    expect(plan({ preflight: "warn" })?.checks).toMatchObject([{ required: false }]);
  });
});

test("Postfix and the preflight try a next hop's addresses in the same order", () => {
  const both = (change: Partial<RelayInput>) => {
    const parts = fullParts({ inetProtocols: "all", ...change });
    const [, rendered] = /^smtp_address_preference = (.*)$/m.exec(renderMainCf(parts, facts)) ?? [];
    return { rendered, planned: preflightPlan(parts, {})?.addresses };
  };
  const usual = { limit: 5, balanced: true, sessions: 2 };
  expect(both({})).toEqual({ rendered: "ipv4", planned: { preference: "ipv4", ...usual } });
  const host = { address: "198.51.100.20", hostKey: "ssh-ed25519 AAAA" };
  const postfixParameters = {
    smtp_mx_address_limit: "3",
    smtp_mx_session_limit: "0",
    smtp_balance_inet_protocols: "no",
  };
  expect(both({ droplet: undefined, host, postfixParameters })).toEqual({
    rendered: "any",
    planned: { preference: "any", limit: 3, balanced: false, sessions: 0 },
  });
});
