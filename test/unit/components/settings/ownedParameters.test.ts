import { renderMainCf } from "../../../../components/postfix/mainCf";
import { ownedByRelay } from "../../../../components/postfix/parameters/owned";
import { ownedByServices } from "../../../../components/services/list";
import { refusalOf } from "../../../../components/settings/ownedParameters";
import { RelayInput } from "../../../../components/settings/settings";
import { factsOf, fullInput, fullParts } from "../fixtures";

/** Each writes parameters that the others do not. */
const inputs: Partial<RelayInput>[] = [
  {},
  { relayHost: undefined, resolver: {}, dkim: {} },
  {
    inetProtocols: "all",
    alwaysBcc: "archive@example.com",
    headerChecks: [{ header: "X-Mailer", action: "remove" }],
    rewriting: { canonical: [{ from: "a@example.com", to: "b@example.com" }] },
    transports: [{ destinations: ["example.net"], relayHost: { host: "mx.example.net", port: 465 } }],
    delivery: { pauseSeconds: 1, messagesPerConnection: 1 },
  },
];

test.each(inputs)(
  "with %j every parameter the component writes is refused in postfixParameters, and no other",
  (input) => {
    const parameters = { maximal_queue_lifetime: "2d" };
    const text = renderMainCf(fullParts({ ...input, postfixParameters: parameters }), factsOf["3.10"]!);
    const written = [...text.matchAll(/^(\w+) =/gm)].map(([, name]) => name!);
    const refused = (name: string) =>
      refusalOf(name, fullInput(input), { ...ownedByRelay, ...ownedByServices() }) !== undefined;
    // A pause is written for each transport, which has no name of Postfix's own.
    const free = written.filter((name) => !refused(name) && name !== "transport1_destination_rate_delay");
    // What is chosen of these takes the place of what the component would write; with `headerChecks`, that of parts' checks
    // does not.
    const ofParts = "headerChecks" in input ? [] : ["mime_header_checks", "nested_header_checks"];
    expect(free.sort()).toEqual([...ofParts, "maximal_queue_lifetime", "notify_classes"].sort());
  },
);
