import {
  createCertificate,
  createSelfSignedCertificate,
  generatePrivateKey,
  identityForHost,
  type PrivateKey,
} from "sshpk";

/** A certificate with its key, as PEM, and what can be issued in its name. */
export interface Issued {
  certificate: string;
  privateKey: string;
  issue(hostname: string, options?: IssueOptions): Issued;
}

interface IssueOptions {
  validFrom?: Date;
  validUntil?: Date;
  /** Whether it may issue others. */
  authority?: boolean;
  key?: PrivateKey;
}

const day = 24 * 60 * 60 * 1000;

/** A certificate authority of a test's own, trusted by nobody. */
export function createAuthority(name = "authority.test"): Issued {
  const key = generatePrivateKey("ecdsa");
  const root = createSelfSignedCertificate(identityForHost(name), key, {
    purposes: ["ca"],
    lifetime: (365 * day) / 1000,
  });
  return holding(name, key, root.toString("pem"));
}

function holding(name: string, key: PrivateKey, certificate: string): Issued {
  const issue = (hostname: string, options: IssueOptions = {}): Issued => {
    const { validFrom = new Date(Date.now() - day), validUntil = new Date(Date.now() + 90 * day) } = options;
    const own = options.key ?? generatePrivateKey("ecdsa");
    const purposes = options.authority ? ["ca"] : ["serverAuth"];
    const issued = createCertificate(identityForHost(hostname), own, identityForHost(name), key, {
      validFrom,
      validUntil,
      purposes,
    });
    return holding(hostname, own, issued.toString("pem"));
  };
  return { certificate, privateKey: key.toString("pkcs8"), issue };
}
