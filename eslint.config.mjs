import pulumi from "@pulumi/eslint-plugin";
import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

const layer = (target, from, message, except = []) => ({ target, from, message, except });
/** Settings to text. */
const rendering = ["postfix", "proof", "render"].map((room) => `./components/${room}`);

export default tseslint.config(
  { ignores: ["node_modules/**", "**/dist/**", "templates/**", ".sandbox/**"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "@pulumi": pulumi, "import-x": importX },
    settings: {
      "import-x/extensions": [".ts"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/resolver-next": [importX.createNodeResolver({ extensions: [".ts", ".js"] })],
    },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "import-x/no-cycle": "error",
      "no-restricted-syntax": [
        "error",
        ...[
          "MemberExpression[object.name='postfixParameters']",
          "MemberExpression[object.property.name='postfixParameters']",
          "SpreadElement > MemberExpression[property.name='postfixParameters']",
          "VariableDeclarator[init.property.name='postfixParameters'] > ObjectPattern",
          "Property[key.name='postfixParameters'] > ObjectPattern",
        ].map((selector) => ({ selector, message: "read postfixParameters with chosenParameter" })),
      ],
      "max-lines": ["error", { max: 260, skipBlankLines: true }],
      "import-x/no-restricted-paths": [
        "error",
        {
          zones: [
            // But which parameters are not the user's to give.
            ...rendering.map((room) =>
              layer("./components/settings", room, "settings know nothing of rendering", ["./parameters"]),
            ),
            layer("./components/settings", "./components/provision", "settings create nothing"),
            layer("./components/services", "./components/provision", "services are records, and create nothing"),
            ...rendering.map((room) => layer(room, "./components/provision", "rendering creates nothing")),
            ...["inputs.ts", "mailRelay.ts", "mailRelayFleet.ts"].map((file) =>
              layer("./components/provision", `./components/${file}`, "provisioning is told what to create"),
            ),
            layer("./components", "./sandbox", "the component never depends on the sandbox"),
            layer("./components", "./cli", "the component never depends on the command"),
            layer("./sandbox", "./cli", "the sandbox never depends on the command"),
            layer("./cli", "./test", "the command never depends on tests"),
            layer("./cli", "./components/provision", "the command creates nothing"),
            layer("./cli", "./index.ts", "nothing imports the program"),
            layer("./components", "./test", "the component never depends on tests"),
            layer("./sandbox", "./test", "the sandbox never depends on tests"),
            layer("./components", "./index.ts", "nothing imports the program"),
            layer("./sandbox", "./index.ts", "nothing imports the program"),
          ],
        },
      ],
    },
  },
  {
    // Settings and rendering are pure: they must run, and be tested, without Pulumi.
    files: ["./components/settings", "./components/services", ...rendering].map((room) => `${room.slice(2)}/**/*.ts`),
    // The one file that reads the services' real files, which lie beside it.
    ignores: ["components/services/template.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: ["@pulumi/*", "node:fs", "node:child_process", "node:net"] }],
    },
  },
);
