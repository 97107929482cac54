import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

/**
 * The doc comments of the interfaces and enums of arguments and outputs, by name. The analyzer keeps those of properties
 * only: it sees a type for the first time while it looks at the class, before it reads the file the type is in.
 */
export function typeDescriptions(components: string): Map<string, string> {
  const args = fs.readdirSync(path.join(components, "args")).map((file) => path.join("args", file));
  const found = new Map<string, string>();
  for (const file of [...args, "outputs.ts"].filter((name) => name.endsWith(".ts"))) {
    const text = fs.readFileSync(path.join(components, file), "utf8");
    ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).forEachChild((node) => {
      if (!ts.isInterfaceDeclaration(node) && !ts.isEnumDeclaration(node)) return;
      const comment = prose(node);
      if (comment !== undefined) found.set(node.name.text, comment);
    });
  }
  return found;
}

/** The comment right before a declaration, without its tags. */
function prose(node: ts.Node): string | undefined {
  const comment = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)?.comment;
  return ts.getTextOfJSDocComment(comment);
}
