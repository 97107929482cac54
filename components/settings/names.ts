import { isAddress, isHostname, quote, Report } from "./checks/report";
import type { RelayInput } from "./input";
import { required } from "./required";

const defaults = {
  smtpBanner: "$myhostname ESMTP",
  // Never $mydomain: the domain's mail lives elsewhere and must leave by MX or smart host.
  myDestination: ["$myhostname", "localhost.$mydomain", "localhost"],
  // RFC 5321 4.5.1: every server that takes mail has a postmaster.
  aliases: { postmaster: "root" },
};

/** The relay's own names, and what is delivered on the relay itself: settings, defaults and checks. */
export interface NameSettings {
  myHostname: string;
  myDomain: string;
  smtpBanner: string;
  myDestination: string[];
  aliases: Record<string, string>;
}

/** Fills the defaults of an input that `inspect` found nothing wrong with. */
export function resolveNames(input: RelayInput): NameSettings {
  const { myHostname, myDomain, smtpBanner, myDestination, aliases } = input;
  const hostname = required(myHostname).toLowerCase();
  return {
    myHostname: hostname,
    myDomain: (myDomain ?? domainOf(hostname)).toLowerCase(),
    smtpBanner: smtpBanner ?? defaults.smtpBanner,
    myDestination: myDestination ?? [...defaults.myDestination],
    aliases: resolveAliases({ ...defaults.aliases, ...aliases }),
  };
}

function resolveAliases(given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([account, to]) => [account, targets(to).join(", ")]));
}

/** The addresses and accounts of one alias, which are separated as in aliases(5). */
function targets(text: string): string[] {
  return text.split(",").map((one) => one.trim());
}

/** The domain a host name lies in: all labels but the first. */
export function domainOf(hostname: string): string {
  return hostname.slice(hostname.indexOf(".") + 1);
}

export function checkNames({ myHostname, myDomain, smtpBanner }: RelayInput, report: Report): void {
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
  // RFC 5321 4.2 allows printable ASCII, in lines of 512 with what Postfix puts around it.
  if (smtpBanner !== undefined && !/^\$myhostname ESMTP( [ -"%-~]{0,200})?$/.test(smtpBanner)) {
    report(
      "smtpBanner",
      `${quote(smtpBanner)} is not a greeting; begin it with $myhostname ESMTP, ` +
        "followed by at most 200 printable ASCII characters, without # and $",
    );
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
    for (const one of targets(target)) {
      if (!isAddress(one) && !/^[a-z0-9._-]{1,32}$/.test(one)) {
        report(path, `${quote(one)} is neither an address nor an account of the relay; separate several by commas`);
      } else if (/^[|/]/.test(one)) {
        // local(8) looks at the first character alone, whatever follows it.
        const kind = one.startsWith("|") ? "a command to run" : "a file to write";
        report(path, `${quote(one)} is ${kind} to Postfix, not an address; give one that begins with a letter`);
      }
    }
  }
}
