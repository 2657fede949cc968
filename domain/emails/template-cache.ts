import { compileFrozen, type CompiledTemplate, type TemplateParts } from "./render.js";

/** Compiled templates by version, step and variant; a frozen version never changes, so they never go stale. */
export class TemplateCache {
  private readonly entries = new Map<string, CompiledTemplate>();

  /** @param limit how many are kept; the one that was not asked for the longest goes first */
  constructor(private readonly limit = 200) {}

  /** @throws Error of liquidjs when the template does not parse */
  get(key: string, parts: TemplateParts): CompiledTemplate {
    const compiled = this.entries.get(key) ?? compileFrozen(parts);
    this.entries.delete(key);
    this.entries.set(key, compiled);
    if (this.entries.size > this.limit) this.entries.delete(this.entries.keys().next().value!);
    return compiled;
  }
}
