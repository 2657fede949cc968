/** Something the palette can do. */
export interface Command {
  group: string;
  label: string;
  hint: string;
  /** Other words that people type for it. */
  words?: string;
  run: () => void;
}

/** Commands in which every typed word occurs; those whose label begins with the text come first. */
export function matching(commands: Command[], text: string): Command[] {
  const typed = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = commands.filter((command) => {
    const haystack = `${command.label} ${command.words ?? ""}`.toLowerCase();
    return typed.every((word) => haystack.includes(word));
  });
  const first = typed[0];
  if (!first) return hits;
  const begins = (command: Command) =>
    command.label
      .toLowerCase()
      .split(" ")
      .some((word) => word.startsWith(first));
  return [...hits.filter(begins), ...hits.filter((command) => !begins(command))];
}
