const titles = {
  CAMPAIGN: "Campaigns",
  LEAD: "Leads",
  ANALYTICS: "Analytics",
  TEAM: "Teams",
  USER: "People",
  SYSTEM: "System",
} as const;

export interface PermissionGroup<Item> {
  title: string;
  items: Item[];
}

/** Six groups by what the permissions are about, in the order of the matrix; empty groups are left out. */
export function permissionGroups<Item extends { permission: string }>(
  items: readonly Item[],
): PermissionGroup<Item>[] {
  return Object.entries(titles)
    .map(([key, title]) => ({
      title,
      items: items.filter(({ permission }) => permission.startsWith(`${key}_`)),
    }))
    .filter((group) => group.items.length > 0);
}
