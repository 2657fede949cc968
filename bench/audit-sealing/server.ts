/** A server of the product that renames drafts with their entries, or without, as it is told. */
import { updateCampaign } from "#domain/campaigns/index.js";
import { MUTATIONS, type Mutation } from "./mutation.js";

process.on("message", (mutation: Mutation) => {
  Object.assign(updateCampaign, { run: MUTATIONS[mutation].run });
  process.send?.(mutation);
});
await import("#server/main.js");
