import type { PermissionText } from "../users.gql";
import { permissionGroups, type PermissionGroup } from "../../lib/permission-groups";
import { differs, matches, type Permission } from "../users.model";

/** A line of the matrix: the head of a group, a permission, or why somebody has one. */
export type Line =
  | { kind: "group"; key: string; group: PermissionGroup<PermissionText>; open: boolean }
  | { kind: "permission"; key: string; text: PermissionText }
  | { kind: "why"; key: string; text: PermissionText };

export interface Look {
  search: string;
  /** Only what some role does not have. */
  differences: boolean;
  /** Titles of groups. */
  folded: ReadonlySet<string>;
  /** The permission whose reason is open. */
  explained?: Permission;
}

/** The lines on screen, from top to bottom. What is searched for is never folded away. */
export function linesOf(texts: readonly PermissionText[], look: Look): Line[] {
  const wanted = texts.filter(
    (text) => (!look.differences || differs(text)) && (!look.search || matches(text, look.search)),
  );
  return permissionGroups(wanted).flatMap((group): Line[] => {
    const open = look.search !== "" || !look.folded.has(group.title);
    const head: Line = { kind: "group", key: group.title, group, open };
    const permissions = open ? group.items.flatMap((text) => permissionLines(text, look.explained)) : [];
    return [head, ...permissions];
  });
}

function permissionLines(text: PermissionText, explained: Permission | undefined): Line[] {
  const line: Line = { kind: "permission", key: text.permission, text };
  const why: Line = { kind: "why", key: `why ${text.permission}`, text };
  return text.permission === explained ? [line, why] : [line];
}

/** Where a cell is: its line and its column, counted from the names of the permissions. */
export interface Place {
  line: number;
  column: number;
}

/** Where a key leads from a place; undefined for keys that lead nowhere. The ends of the grid hold. */
export function placeAfter(
  key: string,
  whole: boolean,
  from: Place,
  size: { lines: number; columns: number },
): Place | undefined {
  const lastLine = size.lines - 1;
  const lastColumn = size.columns - 1;
  const page = 6;
  const { line, column } = from;
  const places: Record<string, Place> = {
    ArrowUp: { line: line - 1, column },
    ArrowDown: { line: line + 1, column },
    ArrowLeft: { line, column: column - 1 },
    ArrowRight: { line, column: column + 1 },
    PageUp: { line: line - page, column },
    PageDown: { line: line + page, column },
    Home: { line: whole ? 0 : line, column: 0 },
    End: { line: whole ? lastLine : line, column: lastColumn },
  };
  const to = places[key];
  return to && { line: within(to.line, lastLine), column: within(to.column, lastColumn) };
}

const within = (value: number, last: number) => Math.max(0, Math.min(last, value));
