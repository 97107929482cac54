#!/usr/bin/env node
// The command `mail-relay`: plain JavaScript, so that it runs as a package's program, without a build step.
const path = require("path");

// From the package's own folder, so that it runs from node_modules too, which ts-node leaves alone otherwise.
require("ts-node").register({ transpileOnly: true, cwd: path.resolve(__dirname, "..") });
require("./main.ts");
