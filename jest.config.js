/** Unit tests mirror components/ and sandbox/; scenario and fault tests run real relays. */
const common = {
  testEnvironment: "node",
  // Jest 30 warns about its own matchers otherwise.
  testEnvironmentOptions: { globalsCleanup: "off" },
  // The examples import the package; here they get its sources.
  moduleNameMapper: { "^pulumi-mail-relay$": "<rootDir>/components/index.ts" },
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] },
};

/** They run the compiled program and the compiled command. */
const compiled = { globalSetup: "<rootDir>/scripts/build.js" };

module.exports = {
  testSequencer: "<rootDir>/scripts/longestFirst.js",
  projects: [
    { ...common, displayName: "unit", roots: ["<rootDir>/test/unit"] },
    { ...common, ...compiled, displayName: "scenario", roots: ["<rootDir>/test/scenario"] },
    { ...common, ...compiled, displayName: "faults", roots: ["<rootDir>/test/faults"] },
    { ...common, ...compiled, displayName: "siege", roots: ["<rootDir>/test/siege"] },
  ],
};
