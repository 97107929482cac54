import { deliver, show, type Letter } from "./delivery";
import { runningLab } from "./running";
import { interruptible } from "./terminal";

/** `npm run sandbox -- send`: one more message through a running relay. */
export async function send({ name, ...letter }: Letter & { name: string }): Promise<void> {
  const lab = await runningLab(name);
  await interruptible(async (signal) => show(await deliver(lab, letter, signal)));
}
