import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { DkimArgs } from "../args";
import { defaults } from "../settings/defaults";

/** Every selector's private key, in order: the given one, or one that is generated once and then kept. Secret. */
export function createDkimKeys(
  name: string,
  dkim: DkimArgs | undefined,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string>[] {
  if (!dkim) return [];
  const selectors = dkim.selectors ?? defaults.dkimSelectors.map((selector) => ({ selector, privateKey: undefined }));
  const generated = (selector: string) =>
    new tls.PrivateKey(`${name}-dkim-${selector}`, { algorithm: "RSA", rsaBits: 2048 }, opts).privateKeyPem;
  return selectors.map(({ selector, privateKey }) => pulumi.secret(privateKey ?? generated(selector)));
}
