import * as path from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema, type PackageSpec } from "@pulumi/pulumi/provider/experimental/schema";
import { typeDescriptions } from "./descriptions";
import { markIntegers, markSecrets, renameTypes } from "./refine";

/** The Pulumi package's name: the first part of the type token, and identity for ever. */
const PACKAGE_NAME = "mail-relay";

/**
 * The package as every language of Pulumi sees it. The SDK's analyzer reads it from the sources; what it loses or cannot
 * know is added after it. The version is not in it: the plugin adds its own.
 */
function relaySchema(root: string): PackageSpec {
  // The entry point is given, because a built package's `main` and `exports` name files that are no sources.
  const entry = { main: "components/index.ts" };
  const analyzer = new Analyzer(root, PACKAGE_NAME, entry, new Set(["MailRelay"]));
  const { components, typeDefinitions, dependencies } = analyzer.analyze();
  const description = "An authenticated Postfix mail relay that a deploy sets up, tests and keeps right.";
  const schema = generateSchema(PACKAGE_NAME, "", description, components, typeDefinitions, dependencies);

  const descriptions = typeDescriptions(path.join(root, "components"));
  for (const [token, type] of Object.entries(schema.types)) {
    schema.types[token] = { description: descriptions.get(token.split(":")[2] ?? ""), ...type };
  }
  renameTypes(schema);
  markIntegers(schema);
  markSecrets(schema);
  delete schema.version;
  return schema;
}

/** The text of components/schema.json. */
export function schemaText(root: string): string {
  return JSON.stringify(relaySchema(root), undefined, 2) + "\n";
}
