import type { Operation } from "#domain/operation.js";

/** Looks a key up; calls of one tick become one load, and each key is loaded once. */
export interface Loader<K, V> {
  load(key: K): Promise<V | null>;
}

interface Waiting<V> {
  resolve(value: V | null): void;
  reject(error: unknown): void;
}

/**
 * Joins the lookups of a list into one read.
 * @param read gets all keys that were asked for in a tick; a key that is missing from the answer is null.
 */
export function batched<K, V>(read: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>): Loader<K, V> {
  const known = new Map<K, Promise<V | null>>();
  let waiting = new Map<K, Waiting<V>>();
  const flush = () => {
    const asked = waiting;
    waiting = new Map();
    read([...asked.keys()]).then(
      (found) => asked.forEach((call, key) => call.resolve(found.get(key) ?? null)),
      (error: unknown) => asked.forEach((call) => call.reject(error)),
    );
  };
  return {
    load(key) {
      const earlier = known.get(key);
      if (earlier) return earlier;
      const loading = new Promise<V | null>((resolve, reject) => {
        // After the promises of this tick: resolvers of one list level run in it, some behind an await.
        if (waiting.size === 0) setImmediate(flush);
        waiting.set(key, { resolve, reject });
      });
      known.set(key, loading);
      return loading;
    },
  };
}

/**
 * The loaders of one context. A shelf defines its own with `defineLoader` and asks for it by the definition, so that
 * no list of all loaders has to be kept.
 */
export interface Loaders {
  get<K, V>(definition: LoaderDefinition<K, V>): Loader<K, V>;
}

/** Identity is what counts: keep it in a module constant. */
export interface LoaderDefinition<K, V> {
  read(source: Operation, keys: readonly K[]): Promise<ReadonlyMap<K, V>>;
}

export function defineLoader<K, V>(
  read: (source: Operation, keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): LoaderDefinition<K, V> {
  return { read };
}

/** New loaders that remember nothing of any other request. */
export function openLoaders(source: Operation): Loaders {
  const opened = new Map<object, unknown>();
  return {
    get<K, V>(definition: LoaderDefinition<K, V>) {
      const earlier = opened.get(definition) as Loader<K, V> | undefined;
      if (earlier) return earlier;
      const loader = batched<K, V>((keys) => definition.read(source, keys));
      opened.set(definition, loader);
      return loader;
    },
  };
}
