import { RelayInput } from "../settings";
import { quote, Report } from "./report";

const numbers = {
  concurrency: [1, 1000, "connections at a time"],
  pauseSeconds: [0, 3600, "seconds between deliveries"],
  recipients: [1, 10000, "recipients in one transaction"],
  messagesPerConnection: [1, 10000, "messages over one connection"],
} as const;

const modes = { preflight: ["warn", "require", "off"], inetProtocols: ["ipv4", "all"] } as const;

/** How mail is handed on. */
export function checkDelivery(input: RelayInput, report: Report): void {
  for (const [name, [least, most, what]] of Object.entries(numbers)) {
    const value = input.delivery?.[name as keyof typeof numbers];
    if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most)) {
      report(
        `delivery.${name}`,
        `${quote(value)} is not a number of ${what}; use a whole number from ${least} to ${most}`,
      );
    }
  }
  for (const [name, allowed] of Object.entries(modes)) {
    const value = input[name as keyof typeof modes];
    if (value !== undefined && !(allowed as readonly string[]).includes(value)) {
      report(name, `${quote(value)} is not possible; use ${allowed.join(", ")}`);
    }
  }
}
