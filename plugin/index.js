"use strict";
// The Pulumi plugin of the package mail-relay: programs in Python, Go, C#, Java and YAML construct the component through
// it. JavaScript, because the plugin runs in the program's folder, with whose settings TypeScript would be compiled.

// Not all of the SDK, which would double the time until the plugin is ready.
const { RunError } = require("@pulumi/pulumi/errors");
const { main } = require("@pulumi/pulumi/provider");
const { version } = require("pulumi-mail-relay/package.json");
const schema = require("pulumi-mail-relay/schema.json");

const [[TYPE, { properties }]] = Object.entries(schema.resources);

const provider = {
  version,

  getSchema: () => Promise.resolve(JSON.stringify({ ...schema, version })),

  construct: async (name, type, inputs, options) => {
    if (type !== TYPE) throw new RunError(`the package ${schema.name} has no resource type ${type}`);
    // Loaded when it is needed: with the providers it takes half a second, which the schema can do without.
    const { knownInputs, MailRelay } = require("pulumi-mail-relay");
    const relay = new MailRelay(name, await knownInputs(inputs), options);
    const state = Object.fromEntries(Object.keys(properties).map((key) => [key, relay[key]]));
    return { urn: relay.urn, state };
  },
};

/**
 * Lets an error in the arguments end the construction and do nothing else: the engine shows its text. The SDK would also
 * log it, once with a stack trace. `serve` adds two handlers to each event: one logs, the second ends the construction.
 */
function quietly(serve) {
  const events = ["uncaughtException", "unhandledRejection"];
  const before = events.map((event) => process.listeners(event).length);
  serve();
  events.forEach((event, index) => {
    const all = process.listeners(event);
    const [, endConstruction] = all.slice(before[index]);
    process.removeAllListeners(event);
    process.on(event, (error) => {
      if (!RunError.isInstance(error)) return all.forEach((listener) => listener(error));
      // On its way through the resources the SDK has put the names of theirs in front, which are not what is wrong.
      error.message = error.message.replace(/^(error serializing property "\w+": )+/, "");
      endConstruction(error);
    });
  });
}

quietly(() => main(provider, process.argv.slice(2)));
