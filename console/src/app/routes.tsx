import { lazy, type Component } from "solid-js";
import {
  Activity,
  AtSign,
  Contact,
  Layers,
  LayoutDashboard,
  ListChecks,
  Megaphone,
  ScrollText,
  Settings,
  Users,
  UsersRound,
} from "../ui/icons";
import type { Permission } from "./me";

interface Place {
  path: string;
  page: Component;
  /** Missing: every signed-in person may see it. */
  permission?: Permission;
  title: string;
  /** Made for a screen on a wall, too: `?kiosk` shows it without the shell. */
  kiosk?: true;
}

interface NavigationEntry {
  to: string;
  label: string;
  /** Where there is no room for the label. */
  short?: string;
  /** Pressed after `g`. */
  key: string;
  icon: Component<{ size?: number; "stroke-width"?: number; "aria-hidden"?: "true" }>;
  permission?: Permission;
}

const OverviewPage = lazy(async () => ({ default: (await import("../overview/OverviewPage")).OverviewPage }));
const AuditPage = lazy(async () => ({ default: (await import("../audit/AuditPage")).AuditPage }));
const AuditSettingsPage = lazy(async () => ({
  default: (await import("../audit/settings/AuditSettingsPage")).AuditSettingsPage,
}));
const HealthPage = lazy(async () => ({ default: (await import("../health/HealthPage")).HealthPage }));
const PromisesPage = lazy(async () => ({ default: (await import("../promises/PromisesPage")).PromisesPage }));
const CampaignsPage = lazy(async () => ({
  default: (await import("../campaigns/CampaignsPage")).CampaignsPage,
}));
const NewCampaignPage = lazy(async () => ({
  default: (await import("../campaigns/CampaignEditorPage")).NewCampaignPage,
}));
const EditCampaignPage = lazy(async () => ({
  default: (await import("../campaigns/CampaignEditorPage")).EditCampaignPage,
}));
const CampaignPage = lazy(async () => ({
  default: (await import("../campaigns/CampaignPage")).CampaignPage,
}));
const UncertainPage = lazy(async () => ({
  default: (await import("../messages/UncertainPage")).UncertainPage,
}));
const LeadsPage = lazy(async () => ({ default: (await import("../leads/LeadsPage")).LeadsPage }));
const ImportsPage = lazy(async () => ({ default: (await import("../leads/ImportsPage")).ImportsPage }));
const ImportPage = lazy(async () => ({ default: (await import("../leads/ImportPage")).ImportPage }));
const JobsPage = lazy(async () => ({ default: (await import("../jobs/JobsPage")).JobsPage }));
const JobPage = lazy(async () => ({ default: (await import("../jobs/JobPage")).JobPage }));
const SendersPage = lazy(async () => ({ default: (await import("../senders/SendersPage")).SendersPage }));
const UsersPage = lazy(async () => ({ default: (await import("../users/UsersPage")).UsersPage }));
const TeamsPage = lazy(async () => ({ default: (await import("../teams/TeamsPage")).TeamsPage }));
const SettingsPage = lazy(async () => ({ default: (await import("../settings/SettingsPage")).SettingsPage }));
const ProfilePage = lazy(async () => ({ default: (await import("../profile/ProfilePage")).ProfilePage }));

/** Every page: its address, what it needs, and its title in the browser. */
export const places: readonly Place[] = [
  { path: "/overview", page: OverviewPage, title: "Overview" },
  {
    path: "/health",
    page: HealthPage,
    permission: "SYSTEM_HEALTH_READ",
    title: "System health",
    kiosk: true,
  },
  { path: "/promises", page: PromisesPage, permission: "SYSTEM_HEALTH_READ", title: "Promises" },
  { path: "/jobs", page: JobsPage, permission: "SYSTEM_JOBS_MANAGE", title: "Background jobs" },
  { path: "/jobs/:id", page: JobPage, permission: "SYSTEM_JOBS_MANAGE", title: "Job" },
  { path: "/audit", page: AuditPage, permission: "SYSTEM_AUDIT_READ", title: "Audit log" },
  {
    path: "/audit/settings",
    page: AuditSettingsPage,
    permission: "SYSTEM_SETTINGS_MANAGE",
    title: "Audit log settings",
  },
  { path: "/campaigns", page: CampaignsPage, permission: "CAMPAIGN_READ", title: "Campaigns" },
  { path: "/campaigns/new", page: NewCampaignPage, permission: "CAMPAIGN_CREATE", title: "New campaign" },
  {
    path: "/campaigns/:id/edit",
    page: EditCampaignPage,
    permission: "CAMPAIGN_UPDATE",
    title: "Edit campaign",
  },
  { path: "/campaigns/:id", page: CampaignPage, permission: "CAMPAIGN_READ", title: "Campaign" },
  { path: "/uncertain", page: UncertainPage, permission: "CAMPAIGN_READ", title: "Needs a decision" },
  { path: "/leads", page: LeadsPage, permission: "LEAD_READ", title: "Leads" },
  { path: "/leads/import", page: ImportsPage, permission: "LEAD_IMPORT", title: "Import leads" },
  { path: "/leads/import/:id", page: ImportPage, permission: "LEAD_IMPORT", title: "Import" },
  { path: "/senders", page: SendersPage, permission: "CAMPAIGN_READ", title: "Senders" },
  { path: "/users", page: UsersPage, permission: "USER_READ", title: "Users" },
  { path: "/teams", page: TeamsPage, permission: "TEAM_READ", title: "Teams" },
  { path: "/settings", page: SettingsPage, permission: "SYSTEM_SETTINGS_MANAGE", title: "Settings" },
  { path: "/profile", page: ProfilePage, title: "Your profile" },
];

/** The side navigation; the palette and the `g` keys read the same table. */
export const navigation: readonly { group: string; entries: readonly NavigationEntry[] }[] = [
  {
    group: "Operate",
    entries: [
      { to: "/overview", label: "Overview", key: "o", icon: LayoutDashboard },
      {
        to: "/health",
        label: "System health",
        short: "Health",
        key: "h",
        icon: Activity,
        permission: "SYSTEM_HEALTH_READ",
      },
      { to: "/promises", label: "Promises", key: "p", icon: ListChecks, permission: "SYSTEM_HEALTH_READ" },
      {
        to: "/jobs",
        label: "Background jobs",
        short: "Jobs",
        key: "j",
        icon: Layers,
        permission: "SYSTEM_JOBS_MANAGE",
      },
      {
        to: "/audit",
        label: "Audit log",
        short: "Audit",
        key: "a",
        icon: ScrollText,
        permission: "SYSTEM_AUDIT_READ",
      },
    ],
  },
  {
    group: "Outreach",
    entries: [
      { to: "/campaigns", label: "Campaigns", key: "c", icon: Megaphone, permission: "CAMPAIGN_READ" },
      { to: "/leads", label: "Leads", key: "l", icon: Contact, permission: "LEAD_READ" },
      { to: "/senders", label: "Senders", key: "e", icon: AtSign, permission: "CAMPAIGN_READ" },
    ],
  },
  {
    group: "Manage",
    entries: [
      { to: "/users", label: "Users", key: "u", icon: Users, permission: "USER_READ" },
      { to: "/teams", label: "Teams", key: "t", icon: UsersRound, permission: "TEAM_READ" },
      {
        to: "/settings",
        label: "Settings",
        key: "s",
        icon: Settings,
        permission: "SYSTEM_SETTINGS_MANAGE",
      },
    ],
  },
];
