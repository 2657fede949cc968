/** What a person may do: title and meaning as the console shows them. */
export interface PermissionText {
  readonly title: string;
  readonly description: string;
}

/** The 25 permissions: wire form (tokens, keys, explanations) → text. The order is the order of the matrix. */
export const PERMISSIONS = {
  "campaign:read": {
    title: "See campaigns",
    description: "Campaigns, steps, versions, messages and the dry run.",
  },
  "campaign:create": { title: "Create campaigns", description: "New campaigns, clones and templates." },
  "campaign:update": {
    title: "Edit campaigns",
    description: "Edit, new versions, steps, enrolling and stopping leads, test mails.",
  },
  "campaign:delete": { title: "Delete campaigns", description: "Delete drafts and archive." },
  "campaign:launch": {
    title: "Launch campaigns",
    description: "Schedule, launch, resume, clear a halt, approve.",
  },
  "campaign:pause": { title: "Pause campaigns", description: "Pause, cancel, freeze sending." },
  "lead:read": { title: "See leads", description: "Leads, lists, segments and their history." },
  "lead:create": { title: "Create leads", description: "Single leads, lists and segments." },
  "lead:update": { title: "Edit leads", description: "Edit, tag, stage, suppress, correct a bounce." },
  "lead:delete": { title: "Delete leads", description: "Delete, erase, lift a suppression with a reason." },
  "lead:import": { title: "Import leads", description: "Dry run, import and undo." },
  "lead:export": {
    title: "Export leads",
    description: "Exports, and whole addresses where they are masked.",
  },
  "analytics:read": { title: "See analytics", description: "Boards, reports and replay." },
  "analytics:export": { title: "Export analytics", description: "Report exports and their schedules." },
  "team:read": { title: "See teams", description: "Teams and their members." },
  "team:manage": {
    title: "Manage teams",
    description: "Create, rename and archive teams; managers the teams they lead.",
  },
  "team:members": {
    title: "Manage team members",
    description: "Add and remove members; managers in their own teams.",
  },
  "user:read": { title: "See people", description: "The directory." },
  "user:invite": {
    title: "Invite people",
    description: "Invitations; managers as users into their own teams.",
  },
  "user:manage": { title: "Manage people", description: "Edit, suspend, reactivate, end sessions, erase." },
  "user:role": { title: "Assign roles", description: "Change roles and view as somebody." },
  "system:health": { title: "See system health", description: "Detailed health, workers and promises." },
  "system:audit": { title: "See the audit log", description: "Search, live feed, verification and export." },
  "system:jobs": { title: "Manage background jobs", description: "Queues, schedules and failed jobs." },
  "system:settings": {
    title: "Manage settings",
    description: "Settings, senders, domains, webhooks, releasing a freeze.",
  },
} as const satisfies Record<string, PermissionText>;

export type Permission = keyof typeof PERMISSIONS;
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as Permission[];

/** The form of the GraphQL enum, which the domain model's table names: campaign:read → CAMPAIGN_READ. */
export function permissionEnumName(permission: Permission): string {
  return ENUM_NAMES[permission] ?? permission.replace(":", "_").toUpperCase();
}

const ENUM_NAMES: Partial<Record<Permission, string>> = {
  "team:members": "TEAM_MEMBERS_MANAGE",
  "user:role": "USER_ROLE_ASSIGN",
  "system:health": "SYSTEM_HEALTH_READ",
  "system:audit": "SYSTEM_AUDIT_READ",
  "system:jobs": "SYSTEM_JOBS_MANAGE",
  "system:settings": "SYSTEM_SETTINGS_MANAGE",
};
