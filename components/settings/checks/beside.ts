import { RelayInput } from "../input";
import { Report } from "./report";

/** Parameters that are free until an option that writes them is used. */
const writers: Record<string, (input: RelayInput) => string | undefined> = {
  transport_maps: ({ transports }) => given("transports", transports?.length),
  sender_dependent_default_transport_maps: ({ relayRoutes }) => given("relayRoutes", relayRoutes?.length),
  sender_dependent_relayhost_maps: ({ relayRoutes }) => given("relayRoutes", relayRoutes?.length),
  smtp_destination_rate_delay: ({ delivery }) => given("delivery.pauseSeconds", delivery?.pauseSeconds),
  always_bcc: ({ alwaysBcc }) => given("alwaysBcc", alwaysBcc),
  canonical_maps: ({ rewriting }) => given("rewriting.canonical", rewriting?.canonical?.length),
  sender_canonical_maps: ({ rewriting }) => given("rewriting.senders", rewriting?.senders?.length),
  recipient_canonical_maps: ({ rewriting }) => given("rewriting.recipients", rewriting?.recipients?.length),
  smtp_generic_maps: ({ rewriting }) => given("rewriting.generic", rewriting?.generic?.length),
  header_checks: ({ headerChecks }) => given("headerChecks", headerChecks?.length),
};

function given(option: string, value: unknown): string | undefined {
  return value === undefined || value === 0 ? undefined : option;
}

/** A parameter given by hand beside the option that writes it: one of them would be lost without a word. */
export function checkBeside(input: RelayInput, report: Report): void {
  for (const name of Object.keys(input.postfixParameters ?? {})) {
    const option = Object.hasOwn(writers, name) ? writers[name]?.(input) : undefined;
    if (option !== undefined)
      report(`postfixParameters.${name}`, `is also written for ${option}; use only one of the two`);
  }
}
