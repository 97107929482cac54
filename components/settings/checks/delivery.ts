import { RelayInput } from "../input";
import { quote, Report } from "./report";

const numbers = {
  concurrency: [1, 1000, "connections at a time"],
  pauseSeconds: [0, 3600, "seconds between deliveries"],
  recipients: [1, 10000, "recipients in one transaction"],
  messagesPerConnection: [1, 10000, "messages over one connection"],
} as const;

/** How mail is handed on. */
export function checkDelivery({ delivery }: RelayInput, report: Report): void {
  for (const [name, [least, most, what]] of Object.entries(numbers)) {
    const value = delivery?.[name as keyof typeof numbers];
    if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most)) {
      report(
        `delivery.${name}`,
        `${quote(value)} is not a number of ${what}; use a whole number from ${least} to ${most}`,
      );
    }
  }
}
