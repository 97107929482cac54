import type { AccountsSeen } from "../surroundings";
import { fault, type Check } from "./finding";

export const accounts: Check<AccountsSeen>[] = [
  ({ roots }) =>
    roots.map((name) => fault("second-root", `the account ${name} has root's user id`, `userdel '${name}'`)),
  ({ withoutPassword }) =>
    withoutPassword.map((name) =>
      fault("empty-password", `the account ${name} has an empty password`, `passwd -l '${name}'`),
    ),
  ({ readers, group }) =>
    readers.map((name) =>
      fault(
        "group-member",
        `the account ${name} is in the group ${group}, so it can read the user database`,
        `gpasswd -d '${name}' ${group}`,
      ),
    ),
];
