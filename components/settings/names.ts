import { domainOf } from "../resolve";
import { RelayInput } from "../input";
import { isAddress, isHostname, quote, Report } from "./report";

/** The relay's own names. */
export function checkNames({ myHostname, myDomain }: RelayInput, report: Report): void {
  if (myHostname === undefined) {
    report("myHostname", "missing; give the relay's fully qualified host name, for example relay.example.com");
  } else if (!isHostname(myHostname, 3) && !(myDomain !== undefined && isHostname(myHostname, 2))) {
    report(
      "myHostname",
      `${quote(myHostname)} is not a fully qualified host name below a mail domain; ` +
        "use letters, digits and hyphens in labels of at most 63, for example relay.example.com",
      ["myDomain"],
    );
  } else if (myDomain === undefined && !isHostname(domainOf(myHostname), 2)) {
    report("myDomain", `cannot be derived from ${quote(myHostname)}; give it`);
  }
  if (myDomain !== undefined && !isHostname(myDomain, 2)) {
    report("myDomain", `${quote(myDomain)} is not a domain name, for example example.com`);
  }
}

/** What is delivered on the relay itself, and where it goes. */
export function checkLocal(
  { myDestination = [], aliases = {}, myDomain, myHostname }: RelayInput,
  report: Report,
): void {
  const domain = (myDomain ?? domainOf(myHostname ?? "")).toLowerCase();
  myDestination.forEach((name, index) => {
    const path = `myDestination[${index}]`;
    if (name.toLowerCase() === domain || name === "$mydomain") {
      const message = `${quote(name)} is the mail domain; its mail must leave the relay, so it cannot be delivered here`;
      report(path, message, ["myDomain", "myHostname"]);
    } else if (!isHostname(name.replace(/\$(myhostname|mydomain)\b/g, "a.b"), 1)) {
      report(path, `${quote(name)} is not a host name, for example localhost or $myhostname`);
    }
  });
  for (const [account, target] of Object.entries(aliases)) {
    const path = `aliases.${account}`;
    if (!/^[a-z0-9._+-]{1,64}$/.test(account)) {
      report(path, `${quote(account)} is not an account name; use lower-case letters, digits and . _ + -`);
    }
    if (!isAddress(target) && !/^[a-z0-9._-]{1,32}$/.test(target)) {
      report(path, `${quote(target)} is neither an address nor an account of the relay`);
    }
  }
}
