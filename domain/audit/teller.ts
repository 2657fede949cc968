import { roleTitle } from "../access/explain.js";
import { PERMISSION_NAMES, permissionEnumName } from "../access/permissions.js";
import { ROLES } from "../access/roles.js";

/** What an entry says, as far as a sentence tells of it. */
export interface Told {
  readonly action: string;
  readonly actor: { readonly kind: string; readonly id: string | null; readonly label: string | null };
  readonly outcome: string;
  readonly reasonCode: string | null;
  readonly targets: readonly { readonly type: string; readonly id: string; readonly label: string | null }[];
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
}

/** What somebody or something is called today. */
export type Called = (
  id: string | null | undefined,
) => { readonly name: string; readonly isErased: boolean } | undefined;

const LONGEST_VALUE = 80;

/** The words that templates are made of. */
export class Teller {
  constructor(
    private readonly told: Told,
    private readonly called: Called,
  ) {}

  get outcome(): string {
    return this.told.outcome;
  }

  /** Whoever did it, at the beginning of a sentence. */
  get who(): string {
    const { kind, id, label } = this.told.actor;
    if (kind === "USER") return id === null ? (label ?? "Somebody") : this.person(id, label);
    const known = ACTORS[kind];
    if (known === undefined) return label ?? "Somebody";
    return label === null ? known : `${known} ${label}`;
  }

  /** ": needs CAMPAIGN_LAUNCH", ": wrong password"; empty without a reason. */
  get because(): string {
    const { reasonCode } = this.told;
    if (reasonCode === null) return "";
    return PERMISSIONS.has(reasonCode) ? `: needs ${reasonCode}` : `: ${plain(reasonCode)}`;
  }

  get reason(): string | null {
    return this.told.reasonCode;
  }

  /** Their name of today, or else what they were called then. */
  person(id: string, label: string | null = null): string {
    const today = this.called(id);
    if (today?.isErased) return "Erased person";
    return today?.name || label || "Erased person";
  }

  /** The first target of a type by its name; `the campaign 1c2d3e4f` where it has none. */
  the(type: string): string {
    const target = this.told.targets.find((each) => each.type === type);
    if (!target) return `a ${plain(type)}`;
    if (type === "user") return this.person(target.id, target.label);
    const name = target.label ?? this.called(target.id)?.name;
    return name ? `the ${plain(type)} “${cut(name)}”` : `the ${plain(type)} ${idEnd(target.id)}`;
  }

  has(type: string): boolean {
    return this.told.targets.some((target) => target.type === type);
  }

  /** The first target's type. */
  get resource(): string | null {
    return this.told.targets[0]?.type ?? null;
  }

  id(type: string): string {
    return this.told.targets.find((target) => target.type === type)?.id ?? "";
  }

  /** What has no name but its id: `the queue emails`. */
  plain(type: string): string {
    return this.has(type) ? `the ${type} ${this.id(type)}` : `a ${type}`;
  }

  get fields(): readonly string[] {
    return this.told.changes.map(({ field }) => field);
  }

  before(field: string): string {
    return shownValue(this.told.changes.find((change) => change.field === field)?.before);
  }

  after(field: string): string {
    return shownValue(this.told.changes.find((change) => change.field === field)?.after);
  }

  /** " (status from Draft to Running)" of one change, " (name, steps)" of several. */
  get details(): string {
    const { changes } = this.told;
    if (changes.length === 0) return "";
    const [only] = changes;
    if (changes.length > 1)
      return ` (${changes
        .map(({ field }) => field)
        .join(", ")
        .slice(0, 200)})`;
    return ` (${only!.field} from ${shownValue(only!.before)} to ${shownValue(only!.after)})`;
  }
}

const PERMISSIONS: ReadonlySet<string> = new Set(PERMISSION_NAMES.map(permissionEnumName));

const ACTORS: Readonly<Record<string, string>> = {
  JOB: "The job",
  RECIPIENT: "A recipient",
  OPERATOR: "The operator",
  ANONYMOUS: "Somebody",
  API_KEY: "The API key",
  IDP: "The identity provider",
};

/** Ids begin with their time, which neighbours share: the end tells them apart. */
export const idEnd = (id: string): string => id.slice(-8);

/** WRONG_PASSWORD → wrong password. */
function plain(code: string): string {
  return code.toLowerCase().replaceAll("_", " ");
}

function shownValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (typeof value === "boolean") return value ? "yes" : "no";
  const role = ROLES.find((each) => each === value);
  if (role) return roleTitle(role);
  return cut(typeof value === "string" ? value : JSON.stringify(value));
}

function cut(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}
