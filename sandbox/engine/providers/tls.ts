/** The `tls` package: private keys for SSH. */
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { parsePrivateKey } from "sshpk";
import type { Props } from "../embedded/values";
import { diffInputs, type Created, type Provider } from "./provider";

const ALGORITHMS = ["ED25519", "RSA", "ECDSA"];
const NODE_CURVES: Record<string, string> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};
const DEFAULTS = { ecdsaCurve: "P224", rsaBits: 2048 };

function check(inputs: Props): Props {
  if (!ALGORITHMS.includes(inputs.algorithm as string)) {
    throw new Error(`algorithm must be one of ${ALGORITHMS.join(", ")}`);
  }
  if (inputs.ecdsaCurve !== undefined && !((inputs.ecdsaCurve as string) in NODE_CURVES)) {
    throw new Error(`ecdsaCurve must be one of ${Object.keys(NODE_CURVES).join(", ")}`);
  }
  return inputs;
}

/** The key pair, and the PEM form that the original writes for its algorithm. */
function generate(settings: Props): { privateKey: KeyObject; publicKey: KeyObject; privateKeyPem: string } {
  switch (settings.algorithm) {
    case "RSA": {
      const pair = generateKeyPairSync("rsa", { modulusLength: Number(settings.rsaBits) });
      return { ...pair, privateKeyPem: pair.privateKey.export({ type: "pkcs1", format: "pem" }) as string };
    }
    case "ECDSA": {
      const pair = generateKeyPairSync("ec", { namedCurve: NODE_CURVES[settings.ecdsaCurve as string] as string });
      return { ...pair, privateKeyPem: pair.privateKey.export({ type: "sec1", format: "pem" }) as string };
    }
    default: {
      const pair = generateKeyPairSync("ed25519");
      return { ...pair, privateKeyPem: pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string };
    }
  }
}

function create(inputs: Props): Created {
  const settings = { ...DEFAULTS, ...inputs } as Props;
  const { privateKey, publicKey, privateKeyPem } = generate(settings);
  const der = publicKey.export({ type: "spki", format: "der" });
  const outputs: Props = {
    ...settings,
    privateKeyPem,
    privateKeyPemPkcs8: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }) as string,
    // OpenSSH knows no P-224 keys: the original leaves these outputs empty then.
    ...(settings.algorithm === "ECDSA" && settings.ecdsaCurve === "P224" ? NO_OPENSSH : opensshForms(privateKeyPem)),
  };
  return { id: createHash("sha1").update(der).digest("hex"), outputs };
}

const NO_OPENSSH = {
  privateKeyOpenssh: "",
  publicKeyOpenssh: "",
  publicKeyFingerprintMd5: "",
  publicKeyFingerprintSha256: "",
};

function opensshForms(privateKeyPem: string): Props {
  const key = parsePrivateKey(privateKeyPem, "pem");
  key.comment = "";
  const blob = key.toPublic().toBuffer("rfc4253");
  const md5 = createHash("md5").update(blob).digest("hex");
  const type = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString("ascii");
  return {
    privateKeyOpenssh: key.toString("ssh-private"),
    publicKeyOpenssh: `${type} ${blob.toString("base64")}\n`,
    publicKeyFingerprintMd5: (md5.match(/../g) ?? []).join(":"),
    publicKeyFingerprintSha256: `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`,
  };
}

/** PrivateKey. */
export function tlsProvider(): Provider {
  return {
    kinds: {
      "tls:index/privateKey:PrivateKey": {
        check,
        diff: (old, inputs) => diffInputs(old, inputs, "all"),
        create: (inputs) => Promise.resolve(create(inputs)),
        delete: () => Promise.resolve(),
        secretOutputs: ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"],
      },
    },
  };
}
