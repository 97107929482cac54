import { listClouds, removeImages } from "../cloud";
import { abandonedLabs, removeLab } from "../lab";
import { print } from "./terminal";

interface DownOptions {
  name: string;
  all?: boolean;
  tests?: boolean;
}

/** `npm run down`: removes one sandbox, those of tests, or all of them and the base images, however they ended. */
export async function down(options: DownOptions): Promise<void> {
  const names = await chosen(options);
  for (const name of names) {
    await removeLab(name);
    print(`Sandbox "${name}" is removed.`);
  }
  if (names.length === 0) print("There was no such sandbox.");
  if (options.all) {
    await removeImages();
    print("The cached base images are removed.");
  }
}

async function chosen({ name, all, tests }: DownOptions): Promise<string[]> {
  if (tests) return abandonedLabs();
  const names = (await listClouds()).map((cloud) => cloud.name);
  return all ? names : names.filter((each) => each === name);
}
