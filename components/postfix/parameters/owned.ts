import { fixed, left, type OwnedParameters } from "../../settings/ownedParameters";
import { owned as identity } from "./identity";
import { owned as localDelivery } from "./localDelivery";
import { owned as relaying } from "./relaying";
import { owned as login } from "./login";
import { owned as clientTls } from "./clientTls";
import { owned as limits } from "./limits";
import { owned as hideClients } from "./hideClients";
import { owned as loginMilters } from "./loginMilters";
import { owned as milterClients } from "./milterClients";
import { owned as outgoing } from "./outgoing";
import { owned as rewriting } from "./rewriting";
import { owned as throughput } from "./throughput";
import { owned as ipv6 } from "./ipv6";

/** Not written to main.cf. */
const unwritten: OwnedParameters = {
  // Nothing would work, or be found again, if these moved.
  queue_directory: fixed,
  data_directory: fixed,
  config_directory: fixed,
  daemon_directory: fixed,
  command_directory: fixed,
  meta_directory: fixed,
  mail_owner: fixed,
  setgid_group: fixed,
  maillog_file: fixed,
  // Postfix accepts these without a word, and then mail goes nowhere, or is answered otherwise than is proved.
  defer_transports: fixed,
  content_filter: left("there is no listener for what a filter gives back; use smtpd_milters instead"),
  allow_untrusted_routing: fixed,
  soft_bounce: fixed,
};

/** The relay's own parameters; a service has its own in `services/`. */
export const ownedByRelay: OwnedParameters = {
  ...identity,
  ...localDelivery,
  ...relaying,
  ...login,
  ...clientTls,
  ...limits,
  ...hideClients,
  ...loginMilters,
  ...milterClients,
  ...outgoing,
  ...rewriting,
  ...throughput,
  ...ipv6,
  ...unwritten,
};
