import { contains, parseNetwork } from "../addresses";
import { chosenParameter } from "../chosenParameters";
import { defaults } from "../defaults";
import { LimitsInput, RelayInput } from "../input";
import { fewestConnections } from "../listenerProcesses";
import { defaultMessageSize } from "../outgoing";
import { checkNetwork } from "./networks";
import { quote, Report } from "./report";

/** Postfix keeps sizes and counts as 32-bit numbers where the host's C library does. */
const largest = 2_147_483_647;

/** What a limit counts, the smallest number it may be, and whether 0 is no limit. */
interface Count {
  unit: string;
  from: number;
  zero?: boolean;
}

/**
 * A deploy itself comes from the host's own address, to see what strangers are told: with up to 4 connections at a time
 * and 12 in all.
 */
const counts: Record<keyof typeof defaults.limits | "connections", Count> = {
  messageSize: { unit: "bytes", from: 65_536 },
  recipients: { unit: "recipients", from: 100 },
  recipientsPerHour: { unit: "recipients", from: 1, zero: true },
  connections: { unit: "connections", from: fewestConnections, zero: true },
  connectionsPerMinute: { unit: "connections", from: 60, zero: true },
  authPerMinute: { unit: "AUTH commands", from: 1, zero: true },
};

/** How much clients may ask. */
export function checkLimits(input: RelayInput, report: Report): void {
  const { limits = {}, users = [] } = input;
  for (const name of Object.keys(counts) as (keyof typeof counts)[]) {
    checkCount(`limits.${name}`, limits[name], counts[name], report);
  }
  users.forEach(({ recipientsPerHour }, index) =>
    checkCount(`users[${index}].recipientsPerHour`, recipientsPerHour, counts.recipientsPerHour, report),
  );
  limits.exempt?.forEach((text, index) =>
    checkNetwork(`limits.exempt[${index}]`, text, "would leave nearly nobody limited", report),
  );
  checkNoStartTls(input, report);
  checkBareNewline(input, report);
  checkBan(limits, report);
  checkMailboxSize(input, report);
}

/** Only who needs no login can send without TLS, and only on port 25. */
function checkNoStartTls({ limits, myNetworks, listeners }: RelayInput, report: Report): void {
  limits?.noStartTls?.forEach((text, index) => {
    const path = `limits.noStartTls[${index}]`;
    if (listeners?.smtp === false) {
      report(path, "is for port 25, which is off; switch on listeners.smtp", ["listeners.smtp"]);
    } else {
      checkTrusted(path, text, myNetworks, "could not send without TLS", report);
    }
    checkNetwork(path, text, "would send nearly everything in clear text", report);
  });
}

/** Devices that strangers cannot be. */
function checkBareNewline({ limits, myNetworks }: RelayInput, report: Report): void {
  limits?.bareNewline?.forEach((text, index) => {
    const path = `limits.bareNewline[${index}]`;
    checkTrusted(path, text, myNetworks, "could smuggle", report);
    checkNetwork(path, text, "would let nearly everybody smuggle", report);
  });
}

/** Reports what a device could do, or could not, outside of `myNetworks`. */
function checkTrusted(
  path: string,
  text: string,
  myNetworks: string[] = [],
  consequence: string,
  report: Report,
): void {
  if (!parseNetwork(text) || myNetworks.some((network) => contains(network, text))) return;
  report(path, `${quote(text)} lies in no network of myNetworks, so it ${consequence}; add it there`, ["myNetworks"]);
}

function checkBan({ ban }: LimitsInput, report: Report): void {
  checkCount("limits.ban.failures", ban?.failures, { unit: "wrong logins", from: 1 }, report);
  checkCount("limits.ban.withinMinutes", ban?.withinMinutes, { unit: "minutes", from: 1 }, report);
  checkCount("limits.ban.banMinutes", ban?.banMinutes, { unit: "minutes", from: 1 }, report);
}

function checkCount(path: string, value: number | undefined, { unit, from, zero }: Count, report: Report): void {
  if (value === undefined || (value === 0 && zero)) return;
  if (Number.isInteger(value) && value >= from && value <= largest) return;
  const none = zero ? ", or 0 for no limit" : "";
  report(path, `${quote(value)} is not a number of ${unit}; give a whole number from ${from} to ${largest}${none}`);
}

/** local(8) delivers nothing at all while a message may be bigger than a mailbox; foreign mail goes on, so nobody notices. */
function checkMailboxSize(input: RelayInput, report: Report): void {
  const { limits } = input;
  const message = limits?.messageSize ?? defaultMessageSize(input);
  // Postfix's own default, the same in every release.
  const mailbox = Number(chosenParameter(input, "mailbox_size_limit") ?? "51200000");
  if (mailbox > 0 && message > mailbox) {
    report(
      limits?.messageSize === undefined ? "postfixParameters.mailbox_size_limit" : "limits.messageSize",
      `lets messages be bigger than a mailbox, and Postfix then delivers none to the relay's own accounts; ` +
        `give a limits.messageSize, and a mailbox_size_limit in postfixParameters of at least that`,
      ["limits.messageSize", "postfixParameters.mailbox_size_limit"],
    );
  }
}
