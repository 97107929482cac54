"use strict";
// Loaded into the program's process before anything else. With colours, util.inspect never returns on an error whose
// stack names a file directly below a scope folder of node_modules, which the SDK's source maps produce.
const util = require("node:util");

const { inspect } = util;

util.inspect = Object.assign(
  (value, options, ...rest) =>
    value instanceof Error && options !== null && typeof options === "object"
      ? inspect(value, { ...options, colors: false })
      : inspect(value, options, ...rest),
  inspect,
);
