/** The providers of one run: made when first needed, closed when it ends. */
import type { ConfigValue } from "../types";
import type { Provider, ProviderFactory, ProviderSettings, ResourceKind } from "../providers/provider";
import { parseUrn, PROVIDER_TYPE_PREFIX } from "./urn";
import { plainProps, type Props } from "./values";
import { providerUrn } from "./state";

/** Packages by name. */
export type ProviderFactories = Record<string, ProviderFactory>;

/** `pkg` of `pkg:module:Type`, and of `pulumi:providers:pkg`. */
function packageOf(type: string): string {
  return type.startsWith(PROVIDER_TYPE_PREFIX) ? type.slice(PROVIDER_TYPE_PREFIX.length) : (type.split(":")[0] ?? "");
}

/** Finds the provider for a resource, by package and by explicit provider reference. */
export class ProviderSet {
  private readonly made = new Map<string, Provider>();

  constructor(
    private readonly factories: ProviderFactories,
    private readonly config: Record<string, ConfigValue>,
    private readonly settings: ProviderSettings,
    /** The inputs of an explicit provider resource. */
    private readonly inputsOf: (urn: string) => Props | undefined,
  ) {}

  /** Says in one sentence when this engine has no such package or type. */
  kind(type: string, reference: string | undefined): ResourceKind {
    const kind = this.provider(packageOf(type), reference).kinds[type];
    if (kind === undefined) {
      throw new Error(`the embedded engine has no resource type ${type}`);
    }
    return kind;
  }

  assertPackage(type: string): void {
    if (this.factories[packageOf(type)] === undefined) {
      throw new Error(`the embedded engine has no provider for ${type}`);
    }
  }

  async close(): Promise<void> {
    for (const provider of this.made.values()) {
      await provider.close?.();
    }
    this.made.clear();
  }

  private provider(pkg: string, reference: string | undefined): Provider {
    const urn = reference === undefined || reference === "" ? "" : providerUrn(reference);
    const id = `${pkg} ${urn}`;
    const existing = this.made.get(id);
    if (existing !== undefined) {
      return existing;
    }
    this.assertPackage(`${pkg}:`);
    const config = urn === "" ? this.stackConfig(pkg) : this.explicitConfig(urn);
    const provider = (this.factories[pkg] as ProviderFactory)(config, this.settings);
    this.made.set(id, provider);
    return provider;
  }

  private stackConfig(pkg: string): Record<string, string> {
    const own = Object.entries(this.config).filter(([key]) => key.startsWith(`${pkg}:`));
    return Object.fromEntries(own.map(([key, { value }]) => [key.slice(pkg.length + 1), value]));
  }

  private explicitConfig(urn: string): Record<string, string> {
    const inputs = this.inputsOf(urn);
    if (inputs === undefined) {
      throw new Error(`unknown provider "${parseUrn(urn).name}"`);
    }
    const strings = Object.entries(plainProps(inputs)).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    return Object.fromEntries(strings);
  }
}
