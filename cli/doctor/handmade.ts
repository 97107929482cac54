import type { HandmadeSeen } from "../surroundings";
import { warning, type Check } from "./finding";

/** Files around the relay that decide what the host runs and who gets in. */
export const handmade: Check<HandmadeSeen>[] = [
  ({ files }) =>
    files.map((path) =>
      warning(
        "changed-around",
        `${path} was changed since the last deploy, neither by a deploy nor by a package`,
        "read it, and remove or restore it unless you need it; the next deploy that changes the host accepts it",
      ),
    ),
  ({ shadowing }) =>
    shadowing.map((path) =>
      warning(
        "program-shadowed",
        `${path} runs in place of the system's program of that name`,
        "remove it unless you need it",
      ),
    ),
];
