import pulumi from "@pulumi/eslint-plugin";
import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

const layer = (target, from, message) => ({ target, from, message });

export default tseslint.config(
  { ignores: ["node_modules/**", "**/dist/**", "templates/**", ".sandbox/**"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "@pulumi": pulumi, "import-x": importX },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "max-lines": ["error", { max: 260, skipBlankLines: true }],
      "import-x/no-restricted-paths": [
        "error",
        {
          zones: [
            layer("./components/settings", "./components/render", "settings know nothing of rendering"),
            layer("./components/settings", "./components/provision", "settings create nothing"),
            layer("./components/render", "./components/provision", "rendering creates nothing"),
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
    files: ["components/settings/**/*.ts", "components/render/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: ["@pulumi/*", "node:fs", "node:child_process", "node:net"] }],
    },
  },
);
