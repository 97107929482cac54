import { reopenLab, type Lab } from "../lab";
import { CommandError, progress } from "./terminal";

/** The lab that a command needs to be running. */
export async function runningLab(name: string): Promise<Lab> {
  const lab = await reopenLab(name, progress);
  if (!lab) throw new CommandError(`no sandbox "${name}" is running; start it with: ${command("up", name)}`);
  return lab;
}

/** How a person calls `npm run <verb>` for that sandbox. */
export const command = (verb: string, name: string): string =>
  name === "default" ? `npm run ${verb}` : `npm run ${verb} -- --name ${name}`;

/** How a person calls the commands that have no npm script of their own. */
export const sandboxCommand = (words: string, name: string): string =>
  `npm run -s sandbox -- ${words}${name === "default" ? "" : ` --name ${name}`}`;
