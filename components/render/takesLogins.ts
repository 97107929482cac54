import { RelaySettings } from "../settings/settings";

/** Whether any listener takes logins; 25 never does. */
export function takesLogins({ listeners }: RelaySettings): boolean {
  return listeners.some((name) => name !== "smtp");
}
