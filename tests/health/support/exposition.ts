const NAME = /^[a-z_][a-z0-9_]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[^}]*\})? (\S+)$/;
const LABELS = /^\{([a-z_]+="[^"]*",?)*\}$/;
/** Units that are not base units. */
const UNITS = /(milliseconds|microseconds|minutes|hours|kilobytes|megabytes|percent)(_|$)/;

/**
 * What breaks the rules of Prometheus's text format 0.0.4 and of its naming practices, as `promtool check metrics` looks
 * at them: help and type, suffixes, base units, names, values, one value a series.
 */
export function faultsOf(text: string): string[] {
  const faults: string[] = [];
  const [helps, types, seen] = [new Set<string>(), new Map<string, string>(), new Set<string>()];
  for (const line of text.split("\n").filter(Boolean)) {
    const [hash, keyword, name = "", ...rest] = line.split(" ");
    if (hash === "#") {
      if (keyword === "HELP" && rest.join("") !== "") helps.add(name);
      if (keyword === "TYPE") types.set(name, rest[0]!);
      continue;
    }
    const match = SAMPLE.exec(line);
    if (!match) faults.push(`cannot be read: ${line}`);
    else faults.push(...faultsOfSample(match, helps, types, seen));
  }
  return faults;
}

function faultsOfSample(
  [, sample = "", labels = "", value = ""]: readonly string[],
  helps: ReadonlySet<string>,
  types: ReadonlyMap<string, string>,
  seen: Set<string>,
): string[] {
  const family = types.has(sample) ? sample : sample.replace(/_(bucket|sum|count)$/, "");
  const type = types.get(family);
  const series = `${sample}${labels}`;
  const isTwice = seen.has(series);
  seen.add(series);
  return [
    isTwice && `${series} is there twice`,
    !helps.has(family) && `${family} has no help`,
    !type && `${family} has no type`,
    !NAME.test(sample) && `${sample} is not in snake case`,
    type === "counter" && !family.endsWith("_total") && `the counter ${family} does not end with _total`,
    type !== "counter" && family.endsWith("_total") && `${family} ends with _total and is no counter`,
    UNITS.test(family) && `${family} is not in a base unit`,
    labels !== "" && !LABELS.test(labels) && `${series} has labels that cannot be read`,
    !/^([+-]?inf|nan)$/i.test(value) && Number.isNaN(Number(value)) && `${series} has the value ${value}`,
  ].filter((fault): fault is string => typeof fault === "string");
}

/** Each series with its value. */
export function seriesOf(text: string): Map<string, number> {
  const samples = text.split("\n").flatMap((line) => {
    const match = SAMPLE.exec(line);
    return match ? [[`${match[1]}${match[2] ?? ""}`, Number(match[3])] as const] : [];
  });
  return new Map(samples);
}
