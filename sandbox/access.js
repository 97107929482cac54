// For the compiled command `mail-relay`, which finds the relay of a sandbox that runs in its own checkout.
require("ts-node").register({ transpileOnly: true, cwd: __dirname });

exports.outputsOfRunning = require("./lab.ts").outputsOfRunning;
