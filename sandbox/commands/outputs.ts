import { runningLab } from "./running";
import { bold, print } from "./terminal";

/** `npm run sandbox -- outputs`: what the stack exports; secrets only in JSON, which somebody asked for by name. */
export async function outputs({ name, json }: { name: string; json?: boolean }): Promise<void> {
  const lab = await runningLab(name);
  if (json) {
    print(JSON.stringify(await lab.outputs(), undefined, 2));
    return;
  }
  for (const [key, { value, secret }] of Object.entries(await lab.engine.outputs(lab.stack))) {
    const text = typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
    print(`${bold(key)}: ${secret ? "[secret]" : text}`);
  }
}
