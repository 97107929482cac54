import type { RelayHostInput } from "./input";
import { presetNamed } from "./presets";

/** The ports DigitalOcean lets no droplet out on, unless it was asked to. */
export const blockedPorts = [25, 465, 587];

/** Which port would do on a droplet. */
export function portAdvice(presetName: RelayHostInput["preset"]): string {
  const preset = presetNamed(presetName);
  if (!preset) return "Use 2525 if the smart host has it.";
  const open = [...preset.ports, ...preset.wrapperPorts].filter((port) => !blockedPorts.includes(port));
  if (open.length === 0) return `${preset.title} has no other port: use a smart host that has 2525.`;
  return `Use ${open.includes(2525) ? 2525 : open[0]}, which ${preset.title} has too.`;
}
