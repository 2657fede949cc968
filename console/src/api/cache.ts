import { cacheExchange, type KeyingConfig } from "@urql/exchange-graphcache";

const embedded = () => null;

// Things without an id of their own live inside their parent; without these lines the cache warns for each.
const keys: KeyingConfig = {
  CampaignAccounting: (accounting) => (accounting["campaignId"] as string | undefined) ?? null,
  ...Object.fromEntries(
    [
      "AccountingBucket",
      "AttentionItem",
      "CampaignAudience",
      "Conflict",
      "CpuHealth",
      "DayCount",
      "DiskHealth",
      "EventLoopHealth",
      "Health",
      "ImportFailure",
      "ImportRowError",
      "InputIssue",
      "InvalidInput",
      "InvalidTransition",
      "LeadsOverview",
      "MemoryHealth",
      "NotReady",
      "OutreachOverview",
      "Overview",
      "ServiceHealth",
      "TemplatePreview",
      "TemplateVariant",
    ].map((name) => [name, embedded]),
  ),
};

/** Mutations after which a list on screen may hold more or fewer rows than before. */
const listsTouchedBy: Record<string, string[]> = {
  createCampaign: ["campaigns", "overview"],
  updateCampaign: ["campaigns"],
  deleteCampaign: ["campaigns", "overview"],
  launchCampaign: ["campaigns", "overview", "messages"],
  pauseCampaign: ["campaigns", "overview"],
  resumeCampaign: ["campaigns", "overview"],
  cancelCampaign: ["campaigns", "overview", "messages"],
  createLead: ["leads", "leadLists", "overview"],
  suppress: ["leads", "leadLists", "lead", "overview"],
  startImport: ["imports"],
};

/** The normalised cache: entities by id, lists forgotten when a mutation may have changed them. */
export const entityCache = () =>
  cacheExchange({
    keys,
    updates: {
      Mutation: Object.fromEntries(
        Object.entries(listsTouchedBy).map(([mutation, fields]) => [
          mutation,
          (
            _result: unknown,
            _args: unknown,
            cache: { invalidate: (entity: "Query", field: string) => void },
          ) => {
            for (const field of fields) cache.invalidate("Query", field);
          },
        ]),
      ),
    },
  });
