import { fixed, use, type OwnedParameters } from "../../settings/ownedParameters";
import type { RelaySettings } from "../../settings/settings";
import type { Parameters } from "./parameters";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  mydestination: use("myDestination"),
  alias_maps: use("aliases"),
  alias_database: use("aliases"),
  local_recipient_maps: fixed,
  append_dot_mydomain: fixed,
  biff: fixed,
  recipient_delimiter: fixed,
  local_transport: use("myDestination"),
};

/** What is delivered on the host: its own accounts' mail. */
export function localDelivery(settings: RelaySettings): Parameters {
  return {
    mydestination: settings.myDestination,
    alias_maps: "texthash:$config_directory/aliases",
    alias_database: "",
    local_recipient_maps: ["proxy:unix:passwd.byname", "$alias_maps"],
    append_dot_mydomain: false,
    biff: false,
    recipient_delimiter: "+",
  };
}
