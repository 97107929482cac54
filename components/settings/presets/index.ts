import type { RelayHostPreset } from "../../args";
import { brevo } from "./brevo";
import { google } from "./google";
import { mailgun } from "./mailgun";
import { mailjet } from "./mailjet";
import { microsoft365 } from "./microsoft365";
import { postmark } from "./postmark";
import { Preset } from "./preset";
import { sendgrid } from "./sendgrid";
import { ses } from "./ses";
import { smtp2go } from "./smtp2go";

export type { Preset } from "./preset";

/** The providers that are known, by the name `relayHost.preset` gives them. */
export const presets: Record<`${RelayHostPreset}`, Preset> = {
  ses,
  mailgun,
  sendgrid,
  postmark,
  mailjet,
  smtp2go,
  brevo,
  google,
  microsoft365,
};

/** The preset of that name; undefined for none. */
export function presetNamed(name: `${RelayHostPreset}` | undefined): Preset | undefined {
  return name && presets[name];
}
