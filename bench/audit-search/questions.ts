/** A question as the console asks it: the filter, and where the page begins. */
export interface Question {
  readonly name: string;
  readonly filter: object;
  /** So many pages of 100 are turned before; the page after them is what counts. */
  readonly pages?: number;
}

/** @param entry one from the middle of the record: what it has is what is asked for */
export function questionsAbout(entry: {
  readonly requestId: string;
  readonly resourceId: string;
}): readonly Question[] {
  const week = new Date(Date.now() - 7 * 86_400_000).toISOString();
  return [
    { name: "the newest", filter: {} },
    { name: "actor + group of actions + 7 days", filter: { query: "actor:person3@ action:lead.* after:7d" } },
    { name: "a name of many + action", filter: { query: "actor:hopper action:campaign.launched" } },
    { name: "a rare action", filter: { action: "user.erased" } },
    { name: "what was refused", filter: { outcome: "DENIED" } },
    { name: "a network", filter: { query: "ip:10.7." } },
    { name: "an address", filter: { query: "ip:10.7.7.7" } },
    { name: "a request", filter: { requestId: entry.requestId } },
    { name: "a target", filter: { resourceType: "campaign", resourceId: entry.resourceId } },
    { name: "a target, wherever it stands", filter: { query: `target:campaign:${entry.resourceId}` } },
    { name: "a rare word", filter: { text: "zanzibar" } },
    { name: "a frequent word", filter: { text: "newsletter" } },
    { name: "two words, the last being typed", filter: { text: "survey paus" } },
    { name: "everything but signing in, 7 days", filter: { query: "-action:auth.*", from: week } },
    { name: "page 201", filter: {}, pages: 100 },
  ];
}
