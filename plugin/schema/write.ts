/** `npm run schema`: writes components/schema.json from the sources. */
import * as fs from "node:fs";
import * as path from "node:path";
import { schemaText } from "./schema";

const root = path.resolve(__dirname, "..", "..");
fs.writeFileSync(path.join(root, "components", "schema.json"), schemaText(root));
