import fc from "fast-check";
import { printMainCf, renderMainCf } from "../../../../components/postfix/mainCf";
import { factsOf, fullParts } from "../fixtures";

/** Reads main.cf back as Postfix does: later entries win, a comment only at the start of a line. */
function parse(text: string): Map<string, string> {
  const entries = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    entries.map((line) => {
      const match = /^([a-z0-9_]+) =(?: (.*))?$/i.exec(line);
      if (!match) throw new Error(`not a parameter line: ${line}`);
      return [match[1]!, match[2] ?? ""];
    }),
  );
}

describe.each(Object.keys(factsOf))("main.cf for Postfix %s", (generation) => {
  const parameters = parse(renderMainCf(fullParts(), factsOf[generation]!));

  test("refuses strangers for good, after every permit", () => {
    const restrictions = parameters.get("smtpd_relay_restrictions")!.split(", ");
    expect(restrictions.at(-1)).toBe("reject_unauth_destination");
    expect(restrictions).not.toContain("permit");
  });

  test("greets with its name and nothing else, or as it is told", () => {
    const smtpBanner = "$myhostname ESMTP No spam, please";
    const told = parse(renderMainCf(fullParts({ smtpBanner }), factsOf[generation]!));
    expect([parameters.get("smtpd_banner"), told.get("smtpd_banner")]).toEqual(["$myhostname ESMTP", smtpBanner]);
  });

  test("never delivers the mail domain locally", () => {
    expect(parameters.get("mydestination")).toBe("$myhostname, localhost.$mydomain, localhost");
    expect(parameters.get("relay_domains")).toBe("");
  });

  test("offers AUTH nowhere but where a listener asks for it, and never without TLS", () => {
    expect(parameters.get("smtpd_sasl_auth_enable")).toBe("no");
    expect(parameters.get("smtpd_tls_auth_only")).toBe("yes");
  });

  test("holds no inline comment", () => {
    for (const value of parameters.values()) expect(value).not.toContain("#");
  });

  test("names no Berkeley DB table", () => {
    for (const value of parameters.values()) expect(value).not.toMatch(/\b(hash|btree):/);
  });
});

test("a smart host login never travels in clear", () => {
  const withLogin = parse(renderMainCf(fullParts(), factsOf["3.7"]!));
  expect(withLogin.get("smtp_tls_security_level")).toBe("encrypt");
  const without = fullParts({ relayHost: { host: "smtp.example.net" } });
  const parameters = parse(renderMainCf(without, factsOf["3.7"]!));
  expect(parameters.get("smtp_tls_security_level")).toBe("may");
  expect(parameters.get("relayhost")).toBe("[smtp.example.net]:2525");
});

test("only parameters the host knows are written", () => {
  const parameters = parse(renderMainCf(fullParts(), { ...factsOf["3.10"]!, parameters: [] }));
  expect(parameters.has("smtpd_forbid_bare_newline")).toBe(false);
  expect(parameters.has("smtpd_forbid_unauth_pipelining")).toBe(false);
});

test("an older bare-newline protection gets the value it knows", () => {
  const facts = { ...factsOf["3.7"]!, parameters: ["smtpd_forbid_bare_newline"] };
  expect(parse(renderMainCf(fullParts(), facts)).get("smtpd_forbid_bare_newline")).toBe("yes");
});

test("overrides replace a parameter in its place and never write it twice", () => {
  const text = renderMainCf(fullParts(), factsOf["3.7"]!, {
    inet_interfaces: "loopback-only",
    maillog_file: "/var/x",
  });
  expect(text.match(/^inet_interfaces =/gm)).toHaveLength(1);
  expect(parse(text).get("inet_interfaces")).toBe("loopback-only");
  expect(parse(text).get("maillog_file")).toBe("/var/x");
});

test("printing and reading back gives the same parameters", () => {
  const word = fc.stringMatching(/^[a-z0-9$_.:[\]/-]{1,20}$/);
  const value = fc.oneof(word, fc.array(word, { maxLength: 5 }), fc.integer(), fc.boolean());
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z_]{1,20}$/), value), (parameters) => {
      const printed = parse(printMainCf([["Section", parameters]]));
      const expected = Object.entries(parameters).map(([name, given]): [string, string] => [
        name,
        typeof given === "boolean" ? (given ? "yes" : "no") : Array.isArray(given) ? given.join(", ") : String(given),
      ]);
      expect(printed).toEqual(new Map(expected));
    }),
  );
});
