import { useSearchParams } from "@solidjs/router";

type Patch = Record<string, string | undefined>;

/**
 * Filters, sort and open panels live in the address, so a page can be shared and reloaded.
 * `set` replaces the history entry; with `push` the Back button undoes the change.
 */
export function useUrlState() {
  const [params, setParams] = useSearchParams();
  const get = (key: string) => {
    const value = params[key];
    return (Array.isArray(value) ? value[0] : value) ?? "";
  };
  /** Also without a value, as `?kiosk`. */
  const has = (key: string) => params[key] !== undefined;
  const oneOf = <Value extends string>(key: string, allowed: readonly Value[], otherwise: Value): Value =>
    allowed.find((value) => value === get(key)) ?? otherwise;
  const set = (patch: Patch, { push = false } = {}) => setParams(patch, { replace: !push, scroll: false });
  return { get, has, oneOf, set };
}
