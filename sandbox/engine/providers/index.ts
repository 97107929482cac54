/** The packages that the embedded engine has. */
import type { ProviderFactories } from "../embedded/providerSet";
import { commandProvider } from "./command/provider";
import { digitaloceanProvider } from "./digitalocean/provider";
import { randomProvider } from "./random";
import { tlsProvider } from "./tls";

export const builtInProviders: ProviderFactories = {
  command: commandProvider,
  digitalocean: digitaloceanProvider,
  random: randomProvider,
  tls: tlsProvider,
};
