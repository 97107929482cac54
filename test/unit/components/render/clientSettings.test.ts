import { XMLParser } from "fast-xml-parser";
import { clientSettings, renderAutoconfig } from "../../../../components/render/clientSettings";
import { fullSettings } from "../fixtures";

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "@", parseTagValue: false });

interface Parsed {
  clientConfig: { emailProvider: { incomingServer: { username: string } } };
}

const all = { smtp: true, submission: true, submissions: true, alternate: true };

test("each login has the servers that take one, TLS from the first byte before all others", () => {
  const settings = clientSettings(fullSettings({ listeners: all }));
  expect(Object.keys(settings)).toEqual(["alice", "printer"]);
  expect(settings.alice).toEqual(
    [
      [465, "implicit"],
      [587, "starttls"],
      [2525, "starttls"],
    ].map(([port, tls]) => ({
      host: "relay.example.com",
      port,
      tls,
      authentication: ["PLAIN", "LOGIN"],
      userName: "alice",
    })),
  );
});

test("autoconfig is what Thunderbird reads", () => {
  const xml = renderAutoconfig(fullSettings({ mailboxes: { host: "imap.example.com", port: 143 } }));
  expect(parser.parse(xml)).toEqual({
    "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
    clientConfig: {
      "@version": "1.1",
      emailProvider: {
        "@id": "example.com",
        domain: "example.com",
        displayName: "example.com",
        displayShortName: "relay.example.com",
        incomingServer: {
          "@type": "imap",
          hostname: "imap.example.com",
          port: "143",
          socketType: "STARTTLS",
          authentication: "password-cleartext",
          username: "%EMAILADDRESS%",
        },
        outgoingServer: {
          "@type": "smtp",
          hostname: "relay.example.com",
          port: "587",
          socketType: "STARTTLS",
          authentication: "password-cleartext",
          username: "%EMAILLOCALPART%",
        },
      },
    },
  });
});

test("what the arguments say cannot break out of its element", () => {
  const xml = renderAutoconfig(fullSettings({ mailboxes: { host: "imap.example.com", userName: "<&]]>" } }));
  const { clientConfig } = parser.parse(xml) as Parsed;
  expect(clientConfig.emailProvider.incomingServer.username).toBe("<&]]>");
});

test("without a mechanism that sends the password itself Thunderbird is told so", () => {
  expect(renderAutoconfig(fullSettings({ sasl: { mechanisms: ["CRAM-MD5"] } }))).toContain(
    "<authentication>password-encrypted</authentication>",
  );
});
