import type { Endpoint, SshAccess } from "../components";

/** A relay's outputs as commands read them; a deploy from before an output existed has not got it. */
export interface StackOutputs {
  hostname: string;
  address?: string;
  endpoints?: Endpoint[];
  /** Login to password. */
  logins?: Record<string, string>;
  mainCf?: string;
  masterCf?: string;
  ssh?: SshAccess;
}
